// scores[b, h, i, j] = scale · Σ_d query[b, i, h, d] · key[b, j, g, d], where head h reads key head
// g = h / (heads / keyValueHeads). A thread computes 4 × 4 cells. With CAUSAL, key j is visible to
// query i iff j <= i + keys − queries; invisible cells may keep what they held.
// query: [batch, queries, heads, headSize]; key: [batch, keys, keyValueHeads, headSize];
// scores: [batch, heads, queries, keys]. Vaswani et al. 2017; grouped heads: Ainslie et al. 2023.

fn store(start: u32, first: u32, values: vec4f) {
  for (var j = 0u; j < 4 && first + j < sizes.keys; j++) {
    scores[start + first + j] = Element(values[j]);
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let queryTiles = (sizes.queries + 3) / 4;
  let keyTiles = (sizes.keys + 3) / 4;
  var index = id.y * groups.x * 64 + id.x;
  let j = index % keyTiles * 4;
  index /= keyTiles;
  let i = index % queryTiles * 4;
  index /= queryTiles;
  let head = index % sizes.heads;
  let b = index / sizes.heads;
  if (b >= sizes.batch || (CAUSAL == 1 && j + sizes.queries > i + 3 + sizes.keys)) {
    return;
  }
  let keyHead = head / (sizes.heads / sizes.keyValueHeads);
  let four = vec4u(0, 1, 2, 3);
  let queryRows = b * sizes.queries + min(i + four, vec4u(sizes.queries - 1));
  let keyRows = b * sizes.keys + min(j + four, vec4u(sizes.keys - 1));
  let queryStarts = (queryRows * sizes.heads + head) * sizes.headSize;
  let keyStarts = (keyRows * sizes.keyValueHeads + keyHead) * sizes.headSize;
  var sum = mat4x4f();
  for (var d = 0u; d < sizes.headSize; d++) {
    let q = queryStarts + d;
    let k = keyStarts + d;
    let x = vec4f(vec4(query[q.x], query[q.y], query[q.z], query[q.w]));
    let y = vec4f(vec4(key[k.x], key[k.y], key[k.z], key[k.w]));
    sum += mat4x4f(y * x.x, y * x.y, y * x.z, y * x.w);
  }
  sum *= sizes.scale;
  let start = ((b * sizes.heads + head) * sizes.queries + i) * sizes.keys;
  store(start, j, sum[0]);
  if (i + 1 < sizes.queries) {
    store(start + sizes.keys, j, sum[1]);
  }
  if (i + 2 < sizes.queries) {
    store(start + 2 * sizes.keys, j, sum[2]);
  }
  if (i + 3 < sizes.queries) {
    store(start + 3 * sizes.keys, j, sum[3]);
  }
}
