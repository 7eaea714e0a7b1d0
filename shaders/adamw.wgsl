// AdamW (Loshchilov & Hutter 2019, Decoupled Weight Decay Regularization) in the order PyTorch
// computes it, with the gradient scaled by min(1, maxNorm / (norm + 1e-6)) if maxNorm > 0. All
// tensors: [count], always f32.
// schedule: learningRate, beta2, 1 − beta1, 1 − beta2, epsilon, 1 − beta1^t, 1 − beta2^t, maxNorm.
// The differences are taken in float64: from a float32 beta2 of 0.999, 1 − beta2 would be 5e-5 off.
// stepFigures: loss, gradient norm. When the loss or the norm is not finite nothing changes, so
// that the last good values survive.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.count || !stepIsFinite()) {
    return;
  }
  let learningRate = schedule[0] * sizes.learningRateScale;
  let beta2 = schedule[1];
  let oneMinusBeta1 = schedule[2];
  let oneMinusBeta2 = schedule[3];
  let epsilon = schedule[4];
  let correction1 = schedule[5];
  let correction2 = schedule[6];
  let g = gradient[i] * clipping(schedule[7]);
  let m = firstMoment[i] + (g - firstMoment[i]) * oneMinusBeta1;
  let v = secondMoment[i] * beta2 + g * g * oneMinusBeta2;
  let denominator = sqrt(v) / sqrt(correction2) + epsilon;
  firstMoment[i] = m;
  secondMoment[i] = v;
  parameter[i] = parameter[i] * (1 - learningRate * sizes.weightDecay) - learningRate / correction1 * m / denominator;
}
