// y = x ∘ weight / rms(x), with rms(x) = sqrt(mean(x²) + epsilon), over rows of `width` elements.
// dx = (g − x · mean(g ∘ x) / rms²) / rms, where g = dy ∘ weight. Zhang & Sennrich 2019 (Root Mean Square Layer
// Normalization), differentiated. x, outputGradient (dy), out (dx): [rows, width]; weight: [width].

@compute @workgroup_size(WORKGROUP_WIDTH, ROWS)
fn main(
  @builtin(local_invocation_id) local: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let lane = local.x;
  let row = (group.y * groups.x + group.x) * ROWS + local.y;
  // Past the end the last row is read again and nothing stored, so that all threads meet at the barriers.
  let start = min(row, sizes.rows - 1) * sizes.width;
  var sums = vec2f();
  for (var c = lane; c < sizes.width; c += WORKGROUP_WIDTH) {
    let value = f32(x[start + c]);
    sums += vec2f(value, f32(outputGradient[start + c]) * f32(weight[c])) * value;
  }
  let means = rowSum(sums, lane) / f32(sizes.width);
  if (row >= sizes.rows) {
    return;
  }
  let inverse = inverseSqrt(means.x + sizes.epsilon);
  let factor = means.y * inverse * inverse;
  for (var c = lane; c < sizes.width; c += WORKGROUP_WIDTH) {
    let i = start + c;
    var value = (f32(outputGradient[i]) * f32(weight[c]) - f32(x[i]) * factor) * inverse;
    if (ACCUMULATE == 1) {
      value += f32(out[i]);
    }
    out[i] = Element(value);
  }
}
