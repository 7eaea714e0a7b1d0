// out[r, start + c] = x[r, c]; other columns of out stay as they are. x: [rows, width]; out: [rows, outWidth].
override ACCUMULATE: u32 = 0;

struct Sizes {
  rows: u32,
  width: u32,
  outWidth: u32,
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
  let place = i / sizes.width * sizes.outWidth + sizes.start + i % sizes.width;
  var value = f32(x[i]);
  if (ACCUMULATE == 1) {
    value += f32(out[place]);
  }
  out[place] = Element(value);
}
