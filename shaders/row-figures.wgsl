// figures[r] = [mean loss, mean entropy, n] over the n labels of row r that are not negative; 0
// where it has none. scores: [rows · span, 4], of which loss and entropy are the first two; labels:
// [rows · span]; figures: [rows, 3].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.y * groups.x * 64 + id.x;
  if (row >= sizes.rows) {
    return;
  }
  var sums = vec2f(0);
  var count = 0f;
  for (var i = row * sizes.span; i < (row + 1) * sizes.span; i++) {
    if (labels[i] >= 0) {
      sums += vec2f(scores[i * 4], scores[i * 4 + 1]);
      count += 1;
    }
  }
  let divisor = max(count, 1);
  figures[row * 3] = sums.x / divisor;
  figures[row * 3 + 1] = sums.y / divisor;
  figures[row * 3 + 2] = count;
}
