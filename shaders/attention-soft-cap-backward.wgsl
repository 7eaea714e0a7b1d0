// gradient *= 1 − tanh²(scores / cap), where `scores` are those before the cap. With CAUSAL, key j
// is visible to query i iff j <= i + keys − queries; invisible cells are not read and stay as they
// are.
// scores, gradient: [batch, heads, queries, keys].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.y * groups.x * 64 + id.x;
  let row = index / sizes.keys;
  if (row >= sizes.batch * sizes.heads * sizes.queries) {
    return;
  }
  if (CAUSAL == 1 && index % sizes.keys + sizes.queries > row % sizes.queries + sizes.keys) {
    return;
  }
  // As 4e / (1 + e)², which does not cancel where tanh is near 1.
  let e = exp(-2 * abs(f32(scores[index]) / sizes.cap));
  gradient[index] = Element(f32(gradient[index]) * 4 * e / ((1 + e) * (1 + e)));
}
