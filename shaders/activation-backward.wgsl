// dx = dy ∘ f'(x), elementwise; f by KIND, see activation.wgsl.
// x, outputGradient (dy), out (dx): [count].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.count) {
    return;
  }
  var value = f32(outputGradient[i]) * activation(f32(x[i])).y;
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Element(value);
}
