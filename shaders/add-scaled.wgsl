// out = alpha · x, elementwise over `count` elements.
override ACCUMULATE: u32 = 0;

struct Sizes {
  count: u32,
  alpha: f32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> out: array<Out>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.count) {
    return;
  }
  var value = sizes.alpha * f32(x[i]);
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Out(value);
}
