// partials[t] = Σ x[i]² over i ≡ t mod 256: the first half of the norm of all gradients. x:
// [count], a trained tensor's gradient, and partials: [256] are always f32.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var value = 0f;
  for (var i = id.x; i < sizes.count; i += 256) {
    value += x[i] * x[i];
  }
  if (ACCUMULATE == 1) {
    value += partials[id.x];
  }
  partials[id.x] = value;
}
