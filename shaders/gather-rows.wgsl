// out[r, :] = x[indexes[start + r], :]; 0 where the index is negative.
// x: [as many rows as indexes name, width]; indexes: [at least start + rows]; out: [rows, width].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  let row = i / sizes.width;
  if (row >= sizes.rows) {
    return;
  }
  let index = indexes[sizes.start + row];
  if (index < 0) {
    out[i] = Element();
    return;
  }
  out[i] = x[u32(index) * sizes.width + i % sizes.width];
}
