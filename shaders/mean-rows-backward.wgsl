// y[b, :] = mean of x[b, prefixLength … prefixLength + lengths[b] - 1, :], the real tokens: dx is
// dy[b, :] / lengths[b] at those tokens and 0 elsewhere. With COUNT_PREFIX the mean is over the
// first `prefixLength` tokens too. lengths: [batch];
// outputGradient (dy): [batch, width]; out (dx): [batch, tokens, width], where `tokens` counts the
// first `prefixLength` too.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  let row = i / sizes.width;
  let b = row / sizes.tokens;
  if (b >= sizes.batch) {
    return;
  }
  let token = row % sizes.tokens;
  let first = select(sizes.prefixLength, 0u, COUNT_PREFIX == 1);
  let end = sizes.prefixLength + u32(lengths[b]);
  var value = 0f;
  if (token >= first && token < end) {
    value = f32(outputGradient[b * sizes.width + i % sizes.width]) / f32(end - first);
  }
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Element(value);
}
