// out[r, c] += row[c]. out: [rows, width]; row: [width].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.rows * sizes.width) {
    return;
  }
  out[i] += row[i % sizes.width];
}
