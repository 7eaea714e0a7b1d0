// y[b] = x[b] with `count` rows after row lengths[b] - 1: dx[b, n, :] = dy[b, n, :] before them,
// dy[b, n + count, :] after them. lengths: [batch];
// outputGradient (dy): [batch, tokens + count, width]; out (dx): [batch, tokens, width].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  let row = i / sizes.width;
  let b = row / sizes.tokens;
  if (b >= sizes.batch) {
    return;
  }
  let token = row % sizes.tokens;
  let moved = select(0u, sizes.count, token >= u32(lengths[b]));
  let place = b * (sizes.tokens + sizes.count) + token + moved;
  var value = f32(outputGradient[place * sizes.width + i % sizes.width]);
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Element(value);
}
