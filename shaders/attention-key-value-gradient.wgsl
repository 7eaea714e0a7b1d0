// out[b, j, g, :] = Σ_h Σ_i weights[b, h, i, j] · x[b, i, h, :] over the heads h that read
// key/value head g. With weights = dS and x = queries it is the keys' gradient, with weights = P
// and x = dO the values'. A thread computes 4 keys × 4 elements. With CAUSAL only queries that see
// a key are summed (j <= i + keys − queries); weights must be 0 at the others. weights:
// [batch, heads, queries, keys]; x: [batch, queries, heads, headSize];
// out: [batch, keys, keyValueHeads, headSize].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let keyTiles = (sizes.keys + 3) / 4;
  let elementTiles = (sizes.headSize + 3) / 4;
  var index = id.y * groups.x * 64 + id.x;
  let first = index % elementTiles * 4;
  index /= elementTiles;
  let j = index % keyTiles * 4;
  index /= keyTiles;
  let keyHead = index % sizes.keyValueHeads;
  let b = index / sizes.keyValueHeads;
  if (b >= sizes.batch) {
    return;
  }
  let group = sizes.heads / sizes.keyValueHeads;
  let four = vec4u(0, 1, 2, 3);
  let keyColumns = min(j + four, vec4u(sizes.keys - 1));
  let elements = min(first + four, vec4u(sizes.headSize - 1));
  var firstQuery = 0u;
  if (CAUSAL == 1) {
    firstQuery = u32(max(0, i32(j + sizes.queries) - i32(sizes.keys)));
  }
  var sum = mat4x4f();
  for (var head = keyHead * group; head < (keyHead + 1) * group; head++) {
    for (var i = firstQuery; i < sizes.queries; i++) {
      let w = ((b * sizes.heads + head) * sizes.queries + i) * sizes.keys + keyColumns;
      let e = ((b * sizes.queries + i) * sizes.heads + head) * sizes.headSize + elements;
      let y = vec4f(vec4(x[e.x], x[e.y], x[e.z], x[e.w]));
      let p = vec4f(vec4(weights[w.x], weights[w.y], weights[w.z], weights[w.w]));
      sum += mat4x4f(y * p.x, y * p.y, y * p.z, y * p.w);
    }
  }
  let step = sizes.keyValueHeads * sizes.headSize;
  let start = (b * sizes.keys + j) * step + keyHead * sizes.headSize;
  storeTile(start, step, sizes.keys - j, first, sum);
}
