// rowLoss[r] = logsumexp(logits[r]) − logits[r, labels[r]];
// out = dlogits = (softmax(logits) − onehot(labels)) · shares[r].
// A negative label (−100) means "ignore": its loss is 0, and its share and so its gradient, too.
// logits, out: [rows, classes]; labels, shares, rowLoss: [rows]. Losses are always f32.

const SMALLEST = -3.4e38;

@compute @workgroup_size(WORKGROUP_WIDTH, ROWS)
fn main(
  @builtin(local_invocation_id) local: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let lane = local.x;
  let row = (group.y * groups.x + group.x) * ROWS + local.y;
  // Past the end the last row is read again and nothing stored, so that all threads meet at the
  // barriers.
  let read = min(row, sizes.rows - 1);
  let start = read * sizes.classes;
  var largest = SMALLEST;
  for (var c = lane; c < sizes.classes; c += WORKGROUP_WIDTH) {
    largest = max(largest, f32(logits[start + c]));
  }
  largest = rowMaximum(largest, lane);
  var sum = 0f;
  for (var c = lane; c < sizes.classes; c += WORKGROUP_WIDTH) {
    sum += exp(f32(logits[start + c]) - largest);
  }
  sum = rowSum(vec2f(sum, 0), lane).x;
  if (row >= sizes.rows) {
    return;
  }
  let label = labels[read];
  let share = shares[read];
  for (var c = lane; c < sizes.classes; c += WORKGROUP_WIDTH) {
    let probability = exp(f32(logits[start + c]) - largest) / sum;
    out[start + c] = Element((probability - select(0f, 1f, i32(c) == label)) * share);
  }
  if (lane == 0) {
    var loss = 0f;
    if (label >= 0) {
      loss = log(sum) + largest - f32(logits[start + u32(label)]);
    }
    rowLoss[row] = loss;
  }
}
