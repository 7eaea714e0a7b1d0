// As matmul, with loads and stores of 4 elements: the contiguous dimension of A, of B and of out,
// and `inner`, must be multiples of 4. A thread computes 4 × 8 elements from 4 × 4 blocks. Without
// workgroup memory: for software adapters.

// Column i of the result is A[row + i, k … k + 3]. Past the edge the last row is read again.
fn loadA(row: u32, k: u32) -> mat4x4f {
  if (TRANSPOSE_A == 1) {
    let step = sizes.rows / 4;
    let i = k * step + row / 4;
    return transpose(mat4x4f(vec4f(a[i]), vec4f(a[i + step]), vec4f(a[i + 2 * step]), vec4f(a[i + 3 * step])));
  }
  let i = min(row + vec4u(0, 1, 2, 3), vec4u(sizes.rows - 1)) * (sizes.inner / 4) + k / 4;
  return mat4x4f(vec4f(a[i.x]), vec4f(a[i.y]), vec4f(a[i.z]), vec4f(a[i.w]));
}

// Column i of the result is B[k + i, column … column + 3].
fn loadB(column: u32, k: u32) -> mat4x4f {
  if (TRANSPOSE_B == 1) {
    let step = sizes.inner / 4;
    let i = column * step + k / 4;
    return transpose(mat4x4f(readB(i), readB(i + step), readB(i + 2 * step), readB(i + 3 * step)));
  }
  let step = sizes.columns / 4;
  let i = k * step + column / 4;
  return mat4x4f(readB(i), readB(i + step), readB(i + 2 * step), readB(i + 3 * step));
}

fn store(row: u32, column: u32, values: vec4f) {
  if (row >= sizes.rows || column >= sizes.columns) {
    return;
  }
  let i = (row * sizes.columns + column) / 4;
  var value = sizes.alpha * values;
  if (ACCUMULATE == 1) {
    value += vec4f(out[i]);
  }
  out[i] = vec4<Out>(value);
}

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let columnTiles = (sizes.columns + 7) / 8;
  let index = id.y * groups.x * 16 + id.x;
  let row = index / columnTiles * 4;
  let column = index % columnTiles * 8;
  if (row >= sizes.rows) {
    return;
  }
  let rightColumn = min(column + 4, sizes.columns - 4);
  var left = mat4x4f();
  var right = mat4x4f();
  for (var k = 0u; k < sizes.inner; k += 4) {
    let x = loadA(row, k);
    left += loadB(column, k) * x;
    right += loadB(rightColumn, k) * x;
  }
  store(row, column, left[0]);
  store(row, column + 4, right[0]);
  store(row + 1, column, left[1]);
  store(row + 1, column + 4, right[1]);
  store(row + 2, column, left[2]);
  store(row + 2, column + 4, right[2]);
  store(row + 3, column, left[3]);
  store(row + 3, column + 4, right[3]);
}
