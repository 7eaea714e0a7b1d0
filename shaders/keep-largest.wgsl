// mask[i] = 0 where scores[i] is not above the dropped[0]-th smallest of all scores (ties with it
// go, as torch.kthvalue and ≤ have it), else 1: i goes where fewer than dropped[0] scores are
// smaller. scores, mask: [count]; dropped: [1]; all f32.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.count) {
    return;
  }
  let own = scores[i];
  var smaller = 0u;
  for (var j = 0u; j < sizes.count; j++) {
    smaller += select(0u, 1u, scores[j] < own);
  }
  mask[i] = select(1f, 0f, smaller < u32(dropped[0]));
}
