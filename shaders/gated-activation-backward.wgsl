// y = f(gate) ∘ up: dgate = dy ∘ up ∘ f'(gate), dup = dy ∘ f(gate), elementwise over `count` elements; f by KIND, see
// activation.wgsl. SwiGLU and its kin: Shazeer 2020 (GLU Variants Improve Transformer).
struct Sizes {
  count: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> gate: array<Element>;
@group(0) @binding(2) var<storage, read> up: array<Element>;
@group(0) @binding(3) var<storage, read> outputGradient: array<Element>;
@group(0) @binding(4) var<storage, read_write> gateGradient: array<Element>;
@group(0) @binding(5) var<storage, read_write> upGradient: array<Element>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.count) {
    return;
  }
  let activated = activation(f32(gate[i]));
  let gradient = f32(outputGradient[i]);
  gateGradient[i] = Element(gradient * f32(up[i]) * activated.y);
  upGradient[i] = Element(gradient * activated.x);
}
