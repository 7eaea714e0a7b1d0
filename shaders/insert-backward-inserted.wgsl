// y[b] = x[b] with `count` rows after row lengths[b] - 1: their gradient is
// dinserted[j, :] = Σ_b dy[b, lengths[b] + j, :]. lengths: [batch];
// outputGradient (dy): [batch, tokens + count, width]; out (dinserted): [count, width].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.count * sizes.width) {
    return;
  }
  var value = 0f;
  for (var b = 0u; b < sizes.batch; b++) {
    let start = b * (sizes.tokens + sizes.count) + u32(lengths[b]);
    value += f32(outputGradient[start * sizes.width + i]);
  }
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Out(value);
}
