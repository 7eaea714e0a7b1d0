// out = alpha · A · B. A is [rows, inner], stored [inner, rows] with TRANSPOSE_A; B is
// [inner, columns], stored [columns, inner] with TRANSPOSE_B; out: [rows, columns]. Right for any
// sizes: a thread computes 4 × 8 elements in registers, with scalar loads. matmul-vector,
// matmul-tiled and matmul-split are its faster variants. Either operand may be an activation, a
// frozen weight or a trained tensor, and out an activation's gradient or a trained tensor's.

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let columnTiles = (sizes.columns + 7) / 8;
  let index = id.y * groups.x * 16 + id.x;
  let row = index / columnTiles * 4;
  let column = index % columnTiles * 8;
  if (row >= sizes.rows) {
    return;
  }
  let aStep = select(1, sizes.rows, TRANSPOSE_A == 1);
  let bStep = select(sizes.columns, 1, TRANSPOSE_B == 1);
  let four = vec4u(0, 1, 2, 3);
  let lastColumn = vec4u(sizes.columns - 1);
  // Past the edge the last row or column is read again, and not stored.
  let aStarts = min(row + four, vec4u(sizes.rows - 1)) * select(sizes.inner, 1, TRANSPOSE_A == 1);
  let leftStarts = min(column + four, lastColumn) * select(1, sizes.inner, TRANSPOSE_B == 1);
  let rightStarts = min(column + 4 + four, lastColumn) * select(1, sizes.inner, TRANSPOSE_B == 1);
  var left = mat4x4f();
  var right = mat4x4f();
  for (var k = 0u; k < sizes.inner; k++) {
    let i = aStarts + k * aStep;
    let l = leftStarts + k * bStep;
    let r = rightStarts + k * bStep;
    let x = vec4f(vec4(a[i.x], a[i.y], a[i.z], a[i.w]));
    let y = vec4f(readB(l.x), readB(l.y), readB(l.z), readB(l.w));
    let z = vec4f(readB(r.x), readB(r.y), readB(r.z), readB(r.w));
    left += mat4x4f(y * x.x, y * x.y, y * x.z, y * x.w);
    right += mat4x4f(z * x.x, z * x.y, z * x.z, z * x.w);
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
