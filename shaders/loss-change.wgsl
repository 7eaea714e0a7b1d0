// scores[i, 0] -= earlier[i] where labels[i] is not negative; a change below 1e-5 · (1 + earlier)
// is rounding and becomes 0. scores: [count, 4], the first of each a label's loss; labels, earlier:
// [count].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i < sizes.count && labels[i] >= 0) {
    let change = scores[i * 4] - earlier[i];
    scores[i * 4] = select(change, 0f, abs(change) < 1e-5f * (1 + earlier[i]));
  }
}
