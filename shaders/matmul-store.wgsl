// Shared by matrix products that store scalars: alpha times four elements of a row of `out`, from
// column `first` on, without those past the edge.
fn store(row: u32, first: u32, values: vec4f) {
  if (row >= sizes.rows) {
    return;
  }
  let start = row * sizes.columns;
  for (var j = 0u; j < 4 && first + j < sizes.columns; j++) {
    var value = sizes.alpha * values[j];
    if (ACCUMULATE == 1) {
      value += f32(out[start + first + j]);
    }
    out[start + first + j] = Out(value);
  }
}
