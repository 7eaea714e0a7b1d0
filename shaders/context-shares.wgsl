// With K = `count` labels in the prompt before every row, what each label counts for in the mean
// over all of them: w is 1, or with WEIGHTED weights[i], and 0 where labels[i] is negative; W is
// Σ w, and B the sum over rows of the mean w of a row's labels (without weights: how many rows have
// labels).
// shares[i] = w / (W + B·K);
// promptShares[p] = meanShares[p] · B·K / (W + B·K), where meanShares[p] is what place p counts for
// in the mean over the prompt alone.
// labels, weights, shares: [rows · tokens]; meanShares, promptShares: [columns]. Without WEIGHTED
// weights is not read.

fn weightOf(i: u32) -> f32 {
  if (labels[i] < 0) {
    return 0;
  }
  if (WEIGHTED == 1) {
    return weights[i];
  }
  return 1;
}

@compute @workgroup_size(WORKGROUP_WIDTH)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sums = vec2f();
  for (var row = lane; row < sizes.rows; row += WORKGROUP_WIDTH) {
    var own = 0f;
    var labelled = 0f;
    for (var i = row * sizes.tokens; i < (row + 1) * sizes.tokens; i++) {
      own += weightOf(i);
      labelled += select(0f, 1f, labels[i] >= 0);
    }
    sums += vec2f(own, own / max(labelled, 1));
  }
  sums = rowSum(sums, lane);
  let context = sums.y * f32(sizes.count);
  let sum = sums.x + context;
  let all = select(1f, sum, sum > 0);
  for (var i = lane; i < sizes.rows * sizes.tokens; i += WORKGROUP_WIDTH) {
    shares[i] = weightOf(i) / all;
  }
  for (var column = lane; column < sizes.columns; column += WORKGROUP_WIDTH) {
    promptShares[column] = meanShares[column] * context / all;
  }
}
