// dS = scale · P ∘ (dP − Σ_j P ∘ dP) in place of dP, where P = softmax(S). With CAUSAL, key j is
// visible to query i iff j <= i + keys − queries; invisible cells are not read and become 0.
// probabilities (P), gradient (dP, then dS): [batch, heads, queries, keys].

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
  var sum = 0f;
  for (var j = lane; j < visible; j += WORKGROUP_WIDTH) {
    sum += f32(probabilities[start + j]) * f32(gradient[start + j]);
  }
  sum = rowSum(vec2f(sum), lane).x;
  if (row >= rows) {
    return;
  }
  for (var j = lane; j < sizes.keys; j += WORKGROUP_WIDTH) {
    if (j < visible) {
      let probability = f32(probabilities[start + j]);
      gradient[start + j] = Element(sizes.scale * probability * (f32(gradient[start + j]) - sum));
    } else {
      gradient[start + j] = 0;
    }
  }
}
