// For row r, at position p = indexes[start + r] where LISTED is 1 (negative: no row), else
// start + r, with x = logits[r] and y = labels[p] ≥ 0 (else nothing is written):
// scores[p] = [logsumexp(x) − x[y], −Σ softmax(x) · log softmax(x), 1 + |{c : x[c] > x[y]}|,
// softmax(x)[given]], where the last is of y itself if given ≥ width.
// logits: [rows, width]; indexes, labels: [labels]; scores: [labels, 4].

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
  var position = i32(sizes.start + read);
  if (LISTED == 1) {
    position = indexes[sizes.start + read];
  }
  let label = select(-1, labels[max(position, 0)], position >= 0);
  let begin = read * sizes.width;
  let own = logits[begin + u32(max(label, 0))];
  var largest = SMALLEST;
  var above = 0f;
  for (var c = lane; c < sizes.width; c += WORKGROUP_WIDTH) {
    largest = max(largest, logits[begin + c]);
    above += select(0f, 1f, logits[begin + c] > own);
  }
  largest = rowMaximum(largest, lane);
  // Each thread counts fewer than 2^24, which f32 has whole.
  let rank = 1 + rowSum(vec2f(above, 0), lane).x;
  var sums = vec2f(0);
  for (var c = lane; c < sizes.width; c += WORKGROUP_WIDTH) {
    let below = logits[begin + c] - largest;
    let power = exp(below);
    sums += vec2f(power, select(0f, power * below, power > 0));
  }
  sums = rowSum(sums, lane);
  if (row >= sizes.rows || label < 0 || lane != 0) {
    return;
  }
  let asked = select(own, logits[begin + min(sizes.given, sizes.width - 1)], sizes.given < sizes.width);
  let place = u32(position) * 4;
  scores[place] = log(sums.x) + largest - own;
  scores[place + 1] = log(sums.x) - sums.y / sums.x;
  scores[place + 2] = rank;
  scores[place + 3] = exp(asked - largest) / sums.x;
}
