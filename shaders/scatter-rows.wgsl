// out[indexes[start + r], :] = x[r, :]; a row with a negative index is dropped, and other rows of
// `out` stay as they are. x: [rows, width]; indexes: [at least start + rows];
// out: [as many rows as indexes name, width].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  let row = i / sizes.width;
  if (row >= sizes.rows) {
    return;
  }
  let index = indexes[sizes.start + row];
  if (index >= 0) {
    out[u32(index) * sizes.width + i % sizes.width] = x[i];
  }
}
