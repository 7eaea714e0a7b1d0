// x[r, :] ← x[r, :] · shares[0] for r < own, · shares[1 + r − own] behind them, in place.
// x: [rows, width]; shares: [1 + rows − own].
struct Sizes {
  own: u32,
  rows: u32,
  width: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> shares: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<Element>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  let row = i / sizes.width;
  if (row >= sizes.rows) {
    return;
  }
  let share = shares[select(0, 1 + row - sizes.own, row >= sizes.own)];
  x[i] = Element(f32(x[i]) * share);
}
