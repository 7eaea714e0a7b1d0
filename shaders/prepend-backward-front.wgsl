// y[b] = front rows, then x[b]: dfront[t, :] = Σ_b dy[b, t, :].
// outputGradient (dy): [batch, prefixLength + tokens, width]; out (dfront): [prefixLength, width].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.prefixLength * sizes.width) {
    return;
  }
  let sequence = (sizes.prefixLength + sizes.tokens) * sizes.width;
  var value = 0f;
  for (var b = 0u; b < sizes.batch; b++) {
    value += f32(outputGradient[b * sequence + i]);
  }
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Out(value);
}
