// For row r of this part, at position p = indexes[start + r] (negative: no row, its gradient is 0):
// losses[p] = logsumexp(logits[r]) − logits[r, labels[p]];
// predictions[p] = argmax(logits[r]), the first one on a tie;
// logits[r] becomes (softmax(logits[r]) − onehot(labels[p])) · shares[p]; with a cap above 0 they
// are logits = cap · tanh(x / cap), of which the gradient is times 1 − (logits / cap)².
// logits: [rows, vocabulary]; indexes, labels, shares, losses, predictions: [tokens].
// One workgroup works on a row.
struct Sizes {
  start: u32,
  rows: u32,
  vocabulary: u32,
  cap: f32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read_write> logits: array<f32>;
@group(0) @binding(2) var<storage, read> indexes: array<i32>;
@group(0) @binding(3) var<storage, read> labels: array<i32>;
@group(0) @binding(4) var<storage, read> shares: array<f32>;
@group(0) @binding(5) var<storage, read_write> losses: array<f32>;
@group(0) @binding(6) var<storage, read_write> predictions: array<f32>;

const WIDTH = 64u;
const SMALLEST = -3.4e38;

var<workgroup> values: array<f32, 64>;
var<workgroup> places: array<u32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
  let row = group.x;
  let position = indexes[sizes.start + row];
  let begin = row * sizes.vocabulary;
  var largest = SMALLEST;
  var place = 0u;
  for (var c = lane; c < sizes.vocabulary; c += WIDTH) {
    if (logits[begin + c] > largest) {
      largest = logits[begin + c];
      place = c;
    }
  }
  values[lane] = largest;
  places[lane] = place;
  for (var step = WIDTH / 2; step > 0; step /= 2) {
    workgroupBarrier();
    if (lane < step) {
      let other = lane + step;
      if (values[other] > values[lane] || (values[other] == values[lane] && places[other] < places[lane])) {
        values[lane] = values[other];
        places[lane] = places[other];
      }
    }
  }
  workgroupBarrier();
  largest = values[0];
  place = places[0];
  workgroupBarrier();
  var sum = 0f;
  for (var c = lane; c < sizes.vocabulary; c += WIDTH) {
    sum += exp(logits[begin + c] - largest);
  }
  values[lane] = sum;
  for (var step = WIDTH / 2; step > 0; step /= 2) {
    workgroupBarrier();
    if (lane < step) {
      values[lane] += values[lane + step];
    }
  }
  workgroupBarrier();
  sum = values[0];
  let label = select(-1, labels[max(position, 0)], position >= 0);
  if (lane == 0 && label >= 0) {
    losses[position] = log(sum) + largest - logits[begin + u32(label)];
    predictions[position] = f32(place);
  }
  // The loss is read before the gradient takes the logits' place.
  storageBarrier();
  workgroupBarrier();
  let share = select(0f, shares[max(position, 0)], label >= 0);
  for (var c = lane; c < sizes.vocabulary; c += WIDTH) {
    let logit = logits[begin + c];
    let bent = select(0f, logit / sizes.cap, sizes.cap > 0);
    let probability = exp(logit - largest) / sum;
    logits[begin + c] = (probability - select(0f, 1f, i32(c) == label)) * share * (1 - bent * bent);
  }
}
