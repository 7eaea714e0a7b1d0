// As matmul, for large products on graphics hardware: a workgroup of 16 × 16 threads computes
// 64 × 64 elements, 4 × 4 on each thread, from slices of A and B that it shares in workgroup
// memory.

const TILE = 64u;
const DEPTH = 16u;
const THREADS = 256u;
// Four more than a tile, so that threads which store along the depth hit different banks.
const STRIDE = 68u;

// [DEPTH, STRIDE]: element (k, row) of A's tile and (k, column) of B's.
var<workgroup> tileA: array<f32, DEPTH * STRIDE>;
var<workgroup> tileB: array<f32, DEPTH * STRIDE>;

// (element along the tile, depth) of the nth element that a thread loads: neighbours in memory by
// neighbouring threads.
fn place(thread: u32, n: u32, depthIsContiguous: bool) -> vec2u {
  let i = n * THREADS + thread;
  return select(vec2u(i % TILE, i / TILE), vec2u(i / DEPTH, i % DEPTH), depthIsContiguous);
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let columnTiles = (sizes.columns + TILE - 1) / TILE;
  let index = group.y * groups.x + group.x;
  let row = index / columnTiles * TILE;
  let column = index % columnTiles * TILE;
  let threadRow = thread / 16 * 4;
  let threadColumn = thread % 16 * 4;
  var sum = mat4x4f();
  for (var first = 0u; first < sizes.inner; first += DEPTH) {
    for (var n = 0u; n < TILE * DEPTH / THREADS; n++) {
      let p = place(thread, n, TRANSPOSE_A == 0);
      let i = row + p.x;
      let k = first + p.y;
      var value = 0f;
      if (i < sizes.rows && k < sizes.inner) {
        value = f32(a[select(i * sizes.inner + k, k * sizes.rows + i, TRANSPOSE_A == 1)]);
      }
      tileA[p.y * STRIDE + p.x] = value;
    }
    for (var n = 0u; n < TILE * DEPTH / THREADS; n++) {
      let p = place(thread, n, TRANSPOSE_B == 1);
      let j = column + p.x;
      let k = first + p.y;
      var value = 0f;
      if (j < sizes.columns && k < sizes.inner) {
        value = readB(select(k * sizes.columns + j, j * sizes.inner + k, TRANSPOSE_B == 1));
      }
      tileB[p.y * STRIDE + p.x] = value;
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      let i = k * STRIDE + threadRow;
      let j = k * STRIDE + threadColumn;
      let y = vec4f(tileB[j], tileB[j + 1], tileB[j + 2], tileB[j + 3]);
      sum += mat4x4f(y * tileA[i], y * tileA[i + 1], y * tileA[i + 2], y * tileA[i + 3]);
    }
    workgroupBarrier();
  }
  store(row + threadRow, column + threadColumn, sum[0]);
  store(row + threadRow + 1, column + threadColumn, sum[1]);
  store(row + threadRow + 2, column + threadColumn, sum[2]);
  store(row + threadRow + 3, column + threadColumn, sum[3]);
}
