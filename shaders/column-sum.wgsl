// out[c] = Σ_r x[r, c]. x: [rows, width]; out: [width]. The gradient of a bias.

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
    sum += f32(x[r * sizes.width + column]);
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
