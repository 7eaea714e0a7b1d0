// With C labels in the batch, in B of its rows, and K = `count` labels in the prompt before every
// row, what each counts for in the mean over all of them:
// shares[i] = 1 / (C + B·K) where labels[i] is not negative, else 0;
// promptShares[p] = meanShares[p] · B·K / (C + B·K), where meanShares[p] is what place p counts for
// in the mean over the prompt alone.
// labels, shares: [rows · tokens]; meanShares, promptShares: [columns].

@compute @workgroup_size(WORKGROUP_WIDTH)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sums = vec2f();
  for (var row = lane; row < sizes.rows; row += WORKGROUP_WIDTH) {
    var own = 0f;
    for (var token = 0u; token < sizes.tokens; token++) {
      own += select(0f, 1f, labels[row * sizes.tokens + token] >= 0);
    }
    sums += vec2f(own, min(own, 1));
  }
  sums = rowSum(sums, lane);
  let context = sums.y * f32(sizes.count);
  let all = max(sums.x + context, 1);
  for (var i = lane; i < sizes.rows * sizes.tokens; i += WORKGROUP_WIDTH) {
    shares[i] = select(0f, 1 / all, labels[i] >= 0);
  }
  for (var column = lane; column < sizes.columns; column += WORKGROUP_WIDTH) {
    promptShares[column] = meanShares[column] * context / all;
  }
}
