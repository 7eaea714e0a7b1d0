// shares[i] = w / Σ w over all labels: what label i counts for in the loss, Σ share · loss.
// w is 1, or with WEIGHTED weights[i / span]; it is 0 where the label is negative (−100: "ignore").
// Where every w is 0 so is every share.
// labels, shares: [count]; weights: [count / span], not read without WEIGHTED. One workgroup.

fn weightOf(i: u32) -> f32 {
  if (labels[i] < 0) {
    return 0;
  }
  if (WEIGHTED == 1) {
    return weights[i / sizes.span];
  }
  return 1;
}

@compute @workgroup_size(WORKGROUP_WIDTH)
fn main(@builtin(local_invocation_index) lane: u32) {
  var own = 0f;
  for (var i = lane; i < sizes.count; i += WORKGROUP_WIDTH) {
    own += weightOf(i);
  }
  let total = rowSum(vec2f(own, 0), lane).x;
  for (var i = lane; i < sizes.count; i += WORKGROUP_WIDTH) {
    let weight = weightOf(i);
    var share = 0f;
    if (weight != 0) {
      share = weight / total;
    }
    shares[i] = share;
  }
}
