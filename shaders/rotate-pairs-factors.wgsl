// Columns 1 and 2 of a pair became y1 = along1 x1 - across1 x2 and y2 = along2 x2 + across2 x1. Of `along`, out = Σ_r x dy of
// the factor's column; of `across` (TURNED) -Σ_r x2 dy1 for a first column and Σ_r x1 dy2 for a second one. With SHARED a
// factor's sum is over both columns. x, outputGradient (dy): [rows, width]; out: [width], or [width / 2] with SHARED.

// What row r adds to the factor of a column.
fn share(r: u32, column: u32) -> f32 {
  let dy = f32(outputGradient[r * sizes.width + column]);
  if (TURNED == 0) {
    return f32(x[r * sizes.width + column]) * dy;
  }
  let product = f32(x[r * sizes.width + partner(column)]) * dy;
  return select(product, -product, isFirst(column));
}

@compute @workgroup_size(COLUMNS, SLICES)
fn main(
  @builtin(local_invocation_id) local: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let factor = (group.y * groups.x + group.x) * COLUMNS + local.x;
  let factors = select(sizes.width, sizes.width / 2, SHARED == 1);
  // A factor that is shared is counted up to its pair's first column.
  let column = select(factor, factor / sizes.half * 2 * sizes.half + factor % sizes.half, SHARED == 1);
  // Threads past the last factor sum nothing, but meet the others at the barriers.
  let rows = select(0, sizes.rows, factor < factors);
  var sum = 0f;
  for (var r = local.y; r < rows; r += SLICES) {
    sum += share(r, column);
    if (SHARED == 1) {
      sum += share(r, partner(column));
    }
  }
  var value = columnTotal(sum, local.x, local.y);
  if (local.y > 0 || factor >= factors) {
    return;
  }
  if (ACCUMULATE == 1) {
    value += f32(out[factor]);
  }
  out[factor] = Out(value);
}
