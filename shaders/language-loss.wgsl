// For row r of this part, at position p = indexes[start + r] (negative: no row, its gradient is 0):
// losses[p] = logsumexp(logits[r]) − logits[r, labels[p]];
// predictions[p] = argmax(logits[r]), the first one on a tie;
// logits[r] becomes (softmax(logits[r]) − onehot(labels[p])) · shares[p]; with a cap above 0 they
// are logits = cap · tanh(x / cap), of which the gradient is times 1 − (logits / cap)².
// logits: [rows, vocabulary]; indexes, labels, shares, losses, predictions: [tokens].

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
  let position = indexes[sizes.start + read];
  let begin = read * sizes.vocabulary;
  var own = SMALLEST;
  var place = 0u;
  for (var c = lane; c < sizes.vocabulary; c += WORKGROUP_WIDTH) {
    if (logits[begin + c] > own) {
      own = logits[begin + c];
      place = c;
    }
  }
  let largest = rowMaximum(own, lane);
  // The first place that has it, as predictions are stored: f32 has whole numbers below 2^24.
  let prediction = -rowMaximum(select(-f32(sizes.vocabulary), -f32(place), own == largest), lane);
  var sum = 0f;
  for (var c = lane; c < sizes.vocabulary; c += WORKGROUP_WIDTH) {
    sum += exp(logits[begin + c] - largest);
  }
  let total = rowSum(vec2f(sum, 0), lane).x;
  if (row >= sizes.rows) {
    return;
  }
  let label = select(-1, labels[max(position, 0)], position >= 0);
  // The thread that puts the gradient in this logit's place reads it before.
  if (label >= 0 && u32(label) % WORKGROUP_WIDTH == lane) {
    losses[position] = log(total) + largest - logits[begin + u32(label)];
    predictions[position] = prediction;
  }
  let share = select(0f, shares[max(position, 0)], label >= 0);
  for (var c = lane; c < sizes.vocabulary; c += WORKGROUP_WIDTH) {
    let logit = logits[begin + c];
    let bent = select(0f, logit / sizes.cap, sizes.cap > 0);
    let probability = exp(logit - largest) / total;
    logits[begin + c] = (probability - select(0f, 1f, i32(c) == label)) * share * (1 - bent * bent);
  }
}
