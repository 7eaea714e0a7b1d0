// out[r, :] = x[indexes[start + r], :]; 0 where the index is negative.
// indexes: [at least start + rows]; out: [rows, width].
struct Sizes {
  start: u32,
  rows: u32,
  width: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> indexes: array<i32>;
@group(0) @binding(3) var<storage, read_write> out: array<Element>;

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
