// rowLoss[r] = mean over classes of BCE(logit, value), or of (logit − value)² with SQUARED;
// BCE = −w · value · ln σ(logit) − (1 − value) · ln(1 − σ(logit)), where w is 1, or with WEIGHTED
// positiveWeights.
// out is the gradient of Σ shares[r] · rowLoss[r].
// A row with a negative label is left out: loss, share and so gradient 0.
// logits, values, positiveWeights, out: [rows, classes]; labels, shares, rowLoss: [rows].
// positiveWeights is not read without WEIGHTED.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.y * groups.x * 64 + id.x;
  if (row >= sizes.rows) {
    return;
  }
  let share = shares[row] / f32(sizes.classes);
  var loss = 0f;
  for (var c = 0u; c < sizes.classes; c++) {
    let i = row * sizes.classes + c;
    let logit = f32(logits[i]);
    let value = values[i];
    if (SQUARED == 1) {
      let error = logit - value;
      loss += error * error;
      out[i] = Element(2 * error * share);
    } else {
      // log(1 + exp(−|x|)) never overflows.
      let rest = log(1 + exp(-abs(logit)));
      var extra = 0f;
      if (WEIGHTED == 1) {
        extra = (positiveWeights[i] - 1) * value;
      }
      loss += max(logit, 0) - logit * value + rest + extra * (max(-logit, 0) + rest);
      out[i] = Element((1 / (1 + exp(-logit)) - value - extra / (1 + exp(logit))) * share);
    }
  }
  rowLoss[row] = select(0, loss / f32(sizes.classes), labels[row] >= 0);
}
