// y[b] = front rows, then x[b]: dx[b, n, :] = dy[b, prefixLength + n, :].
// outputGradient (dy): [batch, prefixLength + tokens, width]; out (dx): [batch, tokens, width].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  let sequence = sizes.tokens * sizes.width;
  if (i >= sizes.batch * sequence) {
    return;
  }
  var value = f32(outputGradient[i + (i / sequence + 1) * sizes.prefixLength * sizes.width]);
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Element(value);
}
