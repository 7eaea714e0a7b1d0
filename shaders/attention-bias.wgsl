// scores[b, h, i, j] += bias[b, h, i, j], where the bias may have one entry for all sequences,
// heads or queries: its step is then 0. With CAUSAL, key j is visible to query i iff
// j <= i + keys − queries; invisible cells are left as they are.
// scores: [batch, heads, queries, keys]; bias: [batch or 1, heads or 1, queries or 1, keys]. ALiBi
// (Press et al. 2021), windows, padding.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.y * groups.x * 64 + id.x;
  let row = index / sizes.keys;
  if (row >= sizes.batch * sizes.heads * sizes.queries) {
    return;
  }
  let j = index % sizes.keys;
  let query = row % sizes.queries;
  if (CAUSAL == 1 && j + sizes.queries > query + sizes.keys) {
    return;
  }
  let head = row / sizes.queries % sizes.heads;
  let sequence = row / sizes.queries / sizes.heads;
  let place = sequence * sizes.batchStep + head * sizes.headStep + query * sizes.queryStep + j;
  scores[index] = Element(f32(scores[index]) + bias[place]);
}
