// What speaks for learning from a row of the batch; rows without labels have −3e38. RULE 0: a
// number drawn by (r, salt, seed, step). RULE 1: sign · its loss. RULE 2: how near it comes to one
// of two corners, high loss with low entropy, or low loss with high entropy: with a and b the ranks
// of its loss and entropy among the n rows that have labels, from 0 for the lowest (of equals the
// first is lower), −min(max(n − 1 − a, b), max(a, n − 1 − b)). corner[r] = 1 where the first corner
// is no further than the second (RULE 2), else 0. figures: [rows, 3]: loss, entropy, labels; draw:
// seed, step; scores, corner: [rows].

const END = 3e38;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.y * groups.x * 64 + id.x;
  if (row >= sizes.rows) {
    return;
  }
  let loss = figures[row * 3];
  corner[row] = 0;
  if (figures[row * 3 + 2] == 0) {
    scores[row] = -END;
    return;
  }
  if (RULE == 0) {
    scores[row] = uniform01(vec4u(row, sizes.salt, u32(draw[0]), u32(draw[1])));
    return;
  }
  if (RULE == 1) {
    scores[row] = sizes.sign * loss;
    return;
  }
  let entropy = figures[row * 3 + 1];
  var a = 0f;
  var b = 0f;
  var n = 0f;
  for (var j = 0u; j < sizes.rows; j++) {
    if (figures[j * 3 + 2] > 0) {
      n += 1;
      let lossBelow = figures[j * 3] < loss || (figures[j * 3] == loss && j < row);
      let entropyBelow = figures[j * 3 + 1] < entropy || (figures[j * 3 + 1] == entropy && j < row);
      a += select(0f, 1f, lossBelow);
      b += select(0f, 1f, entropyBelow);
    }
  }
  let first = max(n - 1 - a, b);
  let second = max(a, n - 1 - b);
  scores[row] = -min(first, second);
  corner[row] = select(0f, 1f, first <= second);
}
