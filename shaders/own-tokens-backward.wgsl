// y[b, n, :] = x[b, prefixLength + n, :] for n < tokens: dx is dy there and 0 in all other rows.
// outputGradient (dy): [batch, tokens, width]; out (dx): [batch, all, width].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  let row = i / sizes.width;
  let b = row / sizes.all;
  if (b >= sizes.batch) {
    return;
  }
  let place = row % sizes.all;
  let own = place >= sizes.prefixLength && place < sizes.prefixLength + sizes.tokens;
  var value = 0f;
  if (own) {
    value = f32(outputGradient[(b * sizes.tokens + place - sizes.prefixLength) * sizes.width + i % sizes.width]);
  }
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Element(value);
}
