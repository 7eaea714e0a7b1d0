// rowLoss[r] = mean over classes of BCE(logit, value), or of (logit − value)² with SQUARED;
// out is the gradient of Σ shares[r] · rowLoss[r].
// A row with a negative label is left out: loss, share and so gradient 0.
// logits, values, out: [rows, classes]; labels, shares, rowLoss: [rows].

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
      loss += max(logit, 0) - logit * value + log(1 + exp(-abs(logit)));
      out[i] = Element((1 / (1 + exp(-logit)) - value) * share);
    }
  }
  rowLoss[row] = select(0, loss / f32(sizes.classes), labels[row] >= 0);
}
