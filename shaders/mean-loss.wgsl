// stepFigures[place] = Σ shares · losses. Where the share is 0 the loss is not read: there may be
// none.
// losses, shares: [rows]. Losses, shares and stepFigures are always f32.

@compute @workgroup_size(WORKGROUP_WIDTH)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0f;
  for (var r = lane; r < sizes.rows; r += WORKGROUP_WIDTH) {
    if (shares[r] != 0) {
      sum += shares[r] * losses[r];
    }
  }
  sum = rowSum(vec2f(sum, 0), lane).x;
  if (lane == 0) {
    stepFigures[sizes.place] = sum;
  }
}
