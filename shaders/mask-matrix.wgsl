// x[r, c] = 0 where mask[start + r] is 0, or mask[start + c] with BY_COLUMN. x: [rows, columns], in place; both f32.
override BY_COLUMN: u32 = 0;

struct Sizes {
  rows: u32,
  columns: u32,
  start: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> mask: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;

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
