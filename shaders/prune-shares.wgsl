// Takes the shares of labels that are not kept away, and has the others sum to 1 again:
// shares[i] = kept[i] · shares[i] / Σ kept · shares; where that sum is 0 so are all.
// Step figures from 3 on: how many rows of `perRow` labels keep any, the tokens that are learned
// from (with COUNTED tokens[row] of each such row, else the labels that are kept), and the sum.
// shares, kept: [count]; tokens: [count / perRow]. One workgroup.

fn own(i: u32) -> f32 {
  return kept[i] * shares[i];
}

@compute @workgroup_size(WORKGROUP_WIDTH)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0f;
  var labels = 0f;
  for (var i = lane; i < sizes.count; i += WORKGROUP_WIDTH) {
    sum += own(i);
    labels += select(0f, 1f, own(i) > 0);
  }
  var rows = 0f;
  var counted = 0f;
  for (var row = lane; row < sizes.count / sizes.perRow; row += WORKGROUP_WIDTH) {
    var some = false;
    for (var i = row * sizes.perRow; i < (row + 1) * sizes.perRow; i++) {
      some = some || own(i) > 0;
    }
    rows += select(0f, 1f, some);
    counted += select(0f, f32(tokens[row]), some);
  }
  let first = rowSum(vec2f(sum, labels), lane);
  let second = rowSum(vec2f(rows, counted), lane);
  for (var i = lane; i < sizes.count; i += WORKGROUP_WIDTH) {
    shares[i] = select(0f, own(i) / first.x, first.x > 0);
  }
  if (lane == 0) {
    stepFigures[3] = second.x;
    stepFigures[4] = select(first.y, second.y, COUNTED == 1);
    stepFigures[5] = first.x;
  }
}
