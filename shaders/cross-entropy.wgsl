// rowLoss[r] = logsumexp(logits[r]) − logits[r, labels[r]]; out = dlogits = (softmax(logits) − onehot(labels)) / count,
// where count is the number of labelled rows, at least 1. A negative label (−100) means "ignore": loss and gradient 0.
// logits, out: [rows, classes]; labels, rowLoss: [rows]. Losses are f32 whatever the logits are.

const SMALLEST = -3.4e38;

@compute @workgroup_size(WORKGROUP_WIDTH, ROWS)
fn main(
  @builtin(local_invocation_id) local: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let lane = local.x;
  let row = (group.y * groups.x + group.x) * ROWS + local.y;
  // Past the end the last row is read again and nothing stored, so that all threads meet at the barriers.
  let read = min(row, sizes.rows - 1);
  let start = read * sizes.classes;
  var largest = SMALLEST;
  for (var c = lane; c < sizes.classes; c += WORKGROUP_WIDTH) {
    largest = max(largest, f32(logits[start + c]));
  }
  largest = rowMaximum(largest, lane);
  // (Σ exp(logit − largest), labelled rows)
  var sums = vec2f();
  for (var c = lane; c < sizes.classes; c += WORKGROUP_WIDTH) {
    sums.x += exp(f32(logits[start + c]) - largest);
  }
  for (var r = lane; r < sizes.rows; r += WORKGROUP_WIDTH) {
    sums.y += select(0f, 1f, labels[r] >= 0);
  }
  sums = rowSum(sums, lane);
  if (row >= sizes.rows) {
    return;
  }
  let label = labels[read];
  let share = select(0, 1 / max(sums.y, 1), label >= 0);
  for (var c = lane; c < sizes.classes; c += WORKGROUP_WIDTH) {
    let probability = exp(f32(logits[start + c]) - largest) / sums.x;
    out[start + c] = Element((probability - select(0f, 1f, i32(c) == label)) * share);
  }
  if (lane == 0) {
    var loss = 0f;
    if (label >= 0) {
      loss = log(sums.x) + largest - f32(logits[start + u32(label)]);
    }
    rowLoss[row] = loss;
  }
}
