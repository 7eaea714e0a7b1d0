// AdaLoRA's sensitivity and its uncertainty, smoothed, of every element of a trained tensor (Zhang
// et al. 2023, equations 8 to 10, in PEFT's order): s = |value · gradient|,
// sensitivity ← beta1 · sensitivity + (1 − beta1) · s,
// uncertainty ← beta2 · uncertainty + (1 − beta2) · |s − sensitivity|. The gradient is clipped as
// the update clips it (maxNorm 0: not).
// All: [count], f32; stepFigures: loss, gradient norm. When either is not finite nothing changes.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.count || !stepIsFinite()) {
    return;
  }
  let s = abs(value[i] * gradient[i] * clipping(sizes.maxNorm));
  let smoothed = sizes.beta1 * sensitivity[i] + (1 - sizes.beta1) * s;
  sensitivity[i] = smoothed;
  uncertainty[i] = sizes.beta2 * uncertainty[i] + (1 - sizes.beta2) * abs(s - smoothed);
}
