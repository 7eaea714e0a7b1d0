// out[c] = Σ_r x[r, c] · y[r, c]. x, y: [rows, width]; out: [width]. The gradient of a factor per
// column.

@compute @workgroup_size(COLUMNS, SLICES)
fn main(
  @builtin(local_invocation_id) local: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let column = (group.y * groups.x + group.x) * COLUMNS + local.x;
  // Threads past the last column sum nothing, but meet the others at the barriers.
  let rows = select(0, sizes.rows, column < sizes.width);
  var sum = 0f;
  for (var r = local.y; r < rows; r += SLICES) {
    let i = r * sizes.width + column;
    sum += f32(x[i]) * f32(y[i]);
  }
  var value = columnTotal(sum, local.x, local.y);
  if (local.y > 0 || column >= sizes.width) {
    return;
  }
  if (ACCUMULATE == 1) {
    value += f32(out[column]);
  }
  out[column] = Out(value);
}
