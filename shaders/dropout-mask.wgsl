// out[i] = 0 with probability rate, else 1 / (1 − rate), from a hash of (i, salt, seed, step): the
// same mask for the same four. Where draw says evaluation, 1. out: [count]; draw: seed, step, 1 in
// training.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.count) {
    return;
  }
  let uniformly = uniform01(vec4u(i, sizes.salt, u32(draw[0]), u32(draw[1])));
  let kept = select(0f, 1 / (1 - sizes.rate), uniformly >= sizes.rate);
  out[i] = Element(select(1f, kept, draw[2] == 1));
}
