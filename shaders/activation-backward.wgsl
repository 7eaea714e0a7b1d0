// dx = dy ∘ f'(x), elementwise over `count` elements; f by KIND, see activation.wgsl.
override ACCUMULATE: u32 = 0;

struct Sizes {
  count: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> outputGradient: array<Element>;
@group(0) @binding(3) var<storage, read_write> out: array<Element>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.count) {
    return;
  }
  var value = f32(outputGradient[i]) * activation(f32(x[i])).y;
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Element(value);
}
