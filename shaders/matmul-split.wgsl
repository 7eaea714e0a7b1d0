// As matmul, for products with few elements and a long sum (LoRA's factors) on graphics hardware: a
// workgroup computes 16 × 16 elements, 4 × 4 on each thread, and splits the sum into 16 interleaved
// slices, added in workgroup memory.

const TILE = 16u;
const SLICES = 16u;
const VECTORS = TILE * TILE / 4;

// [SLICES, VECTORS]: the rows of the threads' 4 × 4 blocks.
var<workgroup> partials: array<vec4f, SLICES * VECTORS>;

@compute @workgroup_size(256)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let columnTiles = (sizes.columns + TILE - 1) / TILE;
  let index = group.y * groups.x + group.x;
  let row = index / columnTiles * TILE;
  let column = index % columnTiles * TILE;
  let slice = thread % SLICES;
  let block = thread / SLICES;
  let four = vec4u(0, 1, 2, 3);
  // Past the edge the last row or column is read again, and not stored.
  let rows = min(row + block / 4 * 4 + four, vec4u(sizes.rows - 1));
  let columns = min(column + block % 4 * 4 + four, vec4u(sizes.columns - 1));
  let aStarts = rows * select(sizes.inner, 1, TRANSPOSE_A == 1);
  let bStarts = columns * select(1, sizes.inner, TRANSPOSE_B == 1);
  let aStep = select(1, sizes.rows, TRANSPOSE_A == 1);
  let bStep = select(sizes.columns, 1, TRANSPOSE_B == 1);
  var sum = mat4x4f();
  for (var k = slice; k < sizes.inner; k += SLICES) {
    let i = aStarts + k * aStep;
    let j = bStarts + k * bStep;
    let x = vec4f(vec4(a[i.x], a[i.y], a[i.z], a[i.w]));
    let y = vec4f(readB(j.x), readB(j.y), readB(j.z), readB(j.w));
    sum += mat4x4f(y * x.x, y * x.y, y * x.z, y * x.w);
  }
  let start = slice * VECTORS + block * 4;
  partials[start] = sum[0];
  partials[start + 1] = sum[1];
  partials[start + 2] = sum[2];
  partials[start + 3] = sum[3];
  workgroupBarrier();
  var value = 0f;
  for (var s = 0u; s < SLICES; s++) {
    value += partials[s * VECTORS + thread / 4][thread % 4];
  }
  let outRow = row + thread / 64 * 4 + thread % 16 / 4;
  let outColumn = column + thread / 16 % 4 * 4 + thread % 4;
  if (outRow >= sizes.rows || outColumn >= sizes.columns) {
    return;
  }
  let place = outRow * sizes.columns + outColumn;
  value *= sizes.alpha;
  if (ACCUMULATE == 1) {
    value += f32(out[place]);
  }
  out[place] = Out(value);
}
