// With C labels in the batch, in B of its rows, and K = `count` labels in the prompt in front of every row:
// shares[0] = C / (C + B·K), shares[1 + p] = weights[p] · B·K / (C + B·K): what the mean over the batch's labels and the mean over the
// prompt's count for in the mean over all of them. metrics[2] = Σ weights[p] · losses[p] / K over the places with a weight.
// labels: [rows · tokens]; weights, losses: [columns], where a weight of 0 may stand without a loss; shares: [1 + columns].

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
  for (var column = lane; column < sizes.columns; column += WORKGROUP_WIDTH) {
    shares[1 + column] = weights[column] * context / all;
  }
  if (lane == 0) {
    shares[0] = sums.x / all;
    var weighted = 0f;
    for (var column = 0u; column < sizes.columns; column++) {
      if (weights[column] > 0) {
        weighted += weights[column] * losses[column];
      }
    }
    metrics[2] = weighted / f32(sizes.count);
  }
}
