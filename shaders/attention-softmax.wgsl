// scores[b, h, i, :] = softmax(scores[b, h, i, :]) in place. With CAUSAL, key j is visible to query
// i iff j <= i + keys − queries; invisible cells are not read and become 0. scores:
// [batch, heads, queries, keys].

const SMALLEST = -3.4e38;

@compute @workgroup_size(WORKGROUP_WIDTH, ROWS)
fn main(
  @builtin(local_invocation_id) local: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let lane = local.x;
  let row = (group.y * groups.x + group.x) * ROWS + local.y;
  let rows = sizes.batch * sizes.heads * sizes.queries;
  let start = row * sizes.keys;
  // How many keys are visible; none past the last row, so that all threads meet at the barriers.
  var visible = sizes.keys;
  if (CAUSAL == 1) {
    visible = u32(max(0, i32(row % sizes.queries + 1 + sizes.keys) - i32(sizes.queries)));
  }
  if (row >= rows) {
    visible = 0;
  }
  var largest = SMALLEST;
  for (var j = lane; j < visible; j += WORKGROUP_WIDTH) {
    largest = max(largest, f32(scores[start + j]));
  }
  largest = rowMaximum(largest, lane);
  var sum = 0f;
  for (var j = lane; j < visible; j += WORKGROUP_WIDTH) {
    let value = exp(f32(scores[start + j]) - largest);
    scores[start + j] = Element(value);
    sum += value;
  }
  let inverse = 1 / rowSum(vec2f(sum), lane).x;
  if (row >= rows) {
    return;
  }
  for (var j = lane; j < sizes.keys; j += WORKGROUP_WIDTH) {
    if (j < visible) {
      scores[start + j] = Element(f32(scores[start + j]) * inverse);
    } else {
      scores[start + j] = 0;
    }
  }
}
