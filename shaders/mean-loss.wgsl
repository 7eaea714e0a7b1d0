// metrics[0] = Σ rowLoss / count, where count is the number of labelled rows (label not negative), at least 1.
// rowLoss, labels: [rows]. Losses and metrics are always f32.

@compute @workgroup_size(WORKGROUP_WIDTH)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sums = vec2f();
  for (var r = lane; r < sizes.rows; r += WORKGROUP_WIDTH) {
    sums += vec2f(rowLoss[r], select(0f, 1f, labels[r] >= 0));
  }
  sums = rowSum(sums, lane);
  if (lane == 0) {
    metrics[0] = sums.x / max(sums.y, 1);
  }
}
