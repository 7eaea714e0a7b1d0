// out[r, c] = x[r, c] · weight[c]. x, out: [rows, width]; weight: [width].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.rows * sizes.width) {
    return;
  }
  var value = f32(x[i]) * f32(weight[i % sizes.width]);
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Element(value);
}
