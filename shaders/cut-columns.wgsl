// out[r, c] = x[r, start + c]. x: [rows, inWidth]; out: [rows, width].
struct Sizes {
  rows: u32,
  width: u32,
  inWidth: u32,
  start: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> out: array<Element>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.rows * sizes.width) {
    return;
  }
  out[i] = x[i / sizes.width * sizes.inWidth + sizes.start + i % sizes.width];
}
