// y = f(gate) ∘ up: dgate = dy ∘ up ∘ f'(gate), dup = dy ∘ f(gate), elementwise; f by KIND, see
// activation.wgsl. SwiGLU and its kin: Shazeer 2020 (GLU Variants Improve Transformer).
// gate, up, outputGradient (dy), gateGradient, upGradient: [count].

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
