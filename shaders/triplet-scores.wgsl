// The importance of each of a module's triplets: scores[start + j] = e_j + mean of A's row j + mean of B's column j, where
// every element counts with sensitivity · uncertainty (AdaLoRA, Zhang et al. 2023, equation 7, as PEFT computes it).
// A: [rank, inputs], E: [rank], B: [outputs, rank]; all f32.
struct Sizes {
  rank: u32,
  inputs: u32,
  outputs: u32,
  start: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> sensitivityA: array<f32>;
@group(0) @binding(2) var<storage, read> uncertaintyA: array<f32>;
@group(0) @binding(3) var<storage, read> sensitivityE: array<f32>;
@group(0) @binding(4) var<storage, read> uncertaintyE: array<f32>;
@group(0) @binding(5) var<storage, read> sensitivityB: array<f32>;
@group(0) @binding(6) var<storage, read> uncertaintyB: array<f32>;
@group(0) @binding(7) var<storage, read_write> scores: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let j = id.x;
  if (j >= sizes.rank) {
    return;
  }
  var row = 0f;
  for (var i = j * sizes.inputs; i < (j + 1) * sizes.inputs; i++) {
    row += sensitivityA[i] * uncertaintyA[i];
  }
  var column = 0f;
  for (var i = j; i < sizes.outputs * sizes.rank; i += sizes.rank) {
    column += sensitivityB[i] * uncertaintyB[i];
  }
  let own = sensitivityE[j] * uncertaintyE[j];
  scores[sizes.start + j] = own + (row / f32(sizes.inputs) + column / f32(sizes.outputs));
}
