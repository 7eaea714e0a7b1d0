// y[b, :] = x[b, prefixLength + lengths[b] - 1, :], the last real token: dx is dy[b, :] at that
// token and 0 elsewhere. lengths: [batch]; outputGradient (dy): [batch, width]; out (dx): [batch,
// tokens, width], where `tokens` counts the first `prefixLength` too.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  let row = i / sizes.width;
  let b = row / sizes.tokens;
  if (b >= sizes.batch) {
    return;
  }
  let picked = row % sizes.tokens + 1 == sizes.prefixLength + u32(lengths[b]);
  if (ACCUMULATE == 1) {
    if (picked) {
      out[i] = Element(f32(out[i]) + f32(outputGradient[b * sizes.width + i % sizes.width]));
    }
    return;
  }
  out[i] = select(Element(), outputGradient[b * sizes.width + i % sizes.width], picked);
}
