// scores = cap · tanh(scores / cap) in place. With CAUSAL, key j is visible to query i iff
// j <= i + keys − queries; invisible cells are left as they are. scores:
// [batch, heads, queries, keys]. Gemma 2 (2024), section 2.

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
  // Far out tanh is ±1 in float32; beyond its range some devices give no number.
  scores[index] = Element(sizes.cap * tanh(clamp(f32(scores[index]) / sizes.cap, -20.0, 20.0)));
}
