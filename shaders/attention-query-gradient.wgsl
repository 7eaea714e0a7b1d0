// out[b, i, h, :] = Σ_j scoreGradient[b, h, i, j] · key[b, j, g, :], where head h reads key head
// g = h / (heads / keyValueHeads). A thread computes 4 queries × 4 elements. With CAUSAL only
// visible keys are summed (j <= i + keys − queries); scoreGradient must be 0 at the others. `scale`
// is already in scoreGradient.
// scoreGradient: [batch, heads, queries, keys]; key: [batch, keys, keyValueHeads, headSize];
// out: [batch, queries, heads, headSize].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let queryTiles = (sizes.queries + 3) / 4;
  let elementTiles = (sizes.headSize + 3) / 4;
  var index = id.y * groups.x * 64 + id.x;
  let first = index % elementTiles * 4;
  index /= elementTiles;
  let i = index % queryTiles * 4;
  index /= queryTiles;
  let head = index % sizes.heads;
  let b = index / sizes.heads;
  if (b >= sizes.batch) {
    return;
  }
  let keyHead = head / (sizes.heads / sizes.keyValueHeads);
  let four = vec4u(0, 1, 2, 3);
  let queryRows = min(i + four, vec4u(sizes.queries - 1));
  let gradientStarts = ((b * sizes.heads + head) * sizes.queries + queryRows) * sizes.keys;
  let elements = min(first + four, vec4u(sizes.headSize - 1));
  let keyStarts = (b * sizes.keys * sizes.keyValueHeads + keyHead) * sizes.headSize + elements;
  var visible = sizes.keys;
  if (CAUSAL == 1) {
    visible = min(visible, u32(max(0, i32(i + 4 + sizes.keys) - i32(sizes.queries))));
  }
  var sum = mat4x4f();
  for (var j = 0u; j < visible; j++) {
    let g = gradientStarts + j;
    let k = keyStarts + j * sizes.keyValueHeads * sizes.headSize;
    let y = vec4f(vec4(key[k.x], key[k.y], key[k.z], key[k.w]));
    let s = vec4f(vec4(scoreGradient[g.x], scoreGradient[g.y], scoreGradient[g.z], scoreGradient[g.w]));
    sum += mat4x4f(y * s.x, y * s.y, y * s.z, y * s.w);
  }
  let step = sizes.heads * sizes.headSize;
  let start = (b * sizes.queries + i) * step + head * sizes.headSize;
  storeTile(start, step, sizes.queries - i, first, sum);
}
