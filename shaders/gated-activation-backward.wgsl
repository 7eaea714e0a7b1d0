// y = f(gate) ∘ up: dgate = dy ∘ up ∘ f'(gate), dup = dy ∘ f(gate), elementwise over `count` elements; f by KIND, see
// activation.wgsl. SwiGLU and its kin: Shazeer 2020 (GLU Variants Improve Transformer).
struct Sizes {
  count: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> gate: array<f32>;
@group(0) @binding(2) var<storage, read> up: array<f32>;
@group(0) @binding(3) var<storage, read> outputGradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> gateGradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> upGradient: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.count) {
    return;
  }
  let activated = activation(gate[i]);
  gateGradient[i] = outputGradient[i] * up[i] * activated.y;
  upGradient[i] = outputGradient[i] * activated.x;
}
