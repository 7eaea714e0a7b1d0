// stepFigures[1] = sqrt(Σ partials), the Euclidean norm of all gradients together.
// partials: [256], see square-sum.wgsl; stepFigures: loss, gradient norm, penalty. All are always
// f32.

@compute @workgroup_size(1)
fn main() {
  var sum = 0f;
  for (var i = 0u; i < 256; i++) {
    sum += partials[i];
  }
  stepFigures[1] = sqrt(sum);
}
