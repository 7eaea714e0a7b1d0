// x[r, c] = 0 where mask[start + r] is 0, or mask[start + c] with BY_COLUMN. x: [rows, columns], in
// place; mask: [at least start + rows, or start + columns]; both f32.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.rows * sizes.columns) {
    return;
  }
  let place = select(i / sizes.columns, i % sizes.columns, BY_COLUMN == 1);
  if (mask[sizes.start + place] == 0) {
    x[i] = 0;
  }
}
