// The penalty weight · ‖G − I‖ (Frobenius) of a Gram matrix, and what its gradient multiplies the
// matrix with: penalty += weight · ‖G − I‖ and gram ← (G − I) · 2 · weight / ‖G − I‖, zero where
// the norm is zero. gram: [rank, rank], symmetric; stepFigures: loss, gradient norm, penalty. All
// f32. AdaLoRA (Zhang et al. 2023), section 3.1, without the square, as PEFT has it. One workgroup.

@compute @workgroup_size(WORKGROUP_WIDTH)
fn main(@builtin(local_invocation_id) local: vec3u) {
  let count = sizes.rank * sizes.rank;
  var sum = 0f;
  for (var i = local.x; i < count; i += WORKGROUP_WIDTH) {
    let value = gram[i] - select(0f, 1f, i / sizes.rank == i % sizes.rank);
    gram[i] = value;
    sum += value * value;
  }
  let norm = sqrt(rowSum(vec2f(sum, 0), local.x).x);
  let factor = select(0f, 2 * sizes.weight / norm, norm > 0);
  for (var i = local.x; i < count; i += WORKGROUP_WIDTH) {
    gram[i] *= factor;
  }
  if (local.x == 0) {
    var penalty = sizes.weight * norm;
    if (ACCUMULATE == 1) {
      penalty += stepFigures[2];
    }
    stepFigures[2] = penalty;
  }
}
