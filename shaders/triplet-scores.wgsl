// The importance of each of a module's triplets: scores[start + j] = e_j + mean of A's row j + mean
// of B's column j, where every element counts with sensitivity · uncertainty (AdaLoRA, Zhang et al.
// 2023, equation 7, as PEFT computes it).
// sensitivityA, uncertaintyA: [rank, inputs]; those of E: [rank], of B: [outputs, rank];
// scores: [at least start + rank]; all f32.

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
