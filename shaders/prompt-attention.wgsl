// scores[i, 0] = change · m + (1 − change) · a for every label i of row r at place p that is not
// negative, where m is sign · scores[i, 0] from 0 to 1 within its row (0 where all are equal), and
// a is the sum of probabilities[r, firstQuery + p + 1, firstKey + k] over the row's places k that
// are no label's token: k = 0, or a negative label at k − 1. scores: [rows · span, 4]; labels:
// [rows · span]; probabilities: [rows, queries, keys].

const END = 3e38;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.y * groups.x * 64 + id.x;
  if (row >= sizes.rows) {
    return;
  }
  let start = row * sizes.span;
  var low = END;
  var high = -END;
  for (var i = start; i < start + sizes.span; i++) {
    if (labels[i] >= 0) {
      low = min(low, sizes.sign * scores[i * 4]);
      high = max(high, sizes.sign * scores[i * 4]);
    }
  }
  for (var place = 0u; place < sizes.span; place++) {
    let i = start + place;
    if (labels[i] < 0) {
      continue;
    }
    let query = sizes.firstQuery + min(place + 1, sizes.span - 1);
    let first = (row * sizes.queries + query) * sizes.keys + sizes.firstKey;
    var seen = 0f;
    for (var key = 0u; key < sizes.span; key++) {
      if (key == 0 || labels[start + max(key, 1u) - 1] < 0) {
        seen += probabilities[first + key];
      }
    }
    var share = 0f;
    if (high > low) {
      share = (sizes.sign * scores[i * 4] - low) / (high - low);
    }
    scores[i * 4] = sizes.change * share + (1 - sizes.change) * seen;
  }
}
