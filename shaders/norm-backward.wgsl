// With CENTERED (layer norm) y = weight ∘ x̂ + bias, x̂ = (x − mean(x)) / sqrt(var(x) + epsilon):
// dx = (g − mean(g) − x̂ · mean(g ∘ x̂)) / sqrt(var(x) + epsilon), where g = dy ∘ weight. Without
// (RMS norm) the means of x and g are taken as 0, and var(x) is mean(x²). Over rows of `width`
// elements. x, outputGradient (dy), out (dx): [rows, width]; weight: [width]. Differentiated from
// Ba, Kiros & Hinton 2016 (Layer Normalization), Zhang & Sennrich 2019 (Root Mean Square Layer
// Normalization).

@compute @workgroup_size(WORKGROUP_WIDTH, ROWS)
fn main(
  @builtin(local_invocation_id) local: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let lane = local.x;
  let row = (group.y * groups.x + group.x) * ROWS + local.y;
  // Past the end the last row is read again and nothing stored, so that all threads meet at the
  // barriers.
  let start = min(row, sizes.rows - 1) * sizes.width;
  let width = f32(sizes.width);
  // The means of x and of g.
  var means = vec2f();
  if (CENTERED == 1) {
    var sums = vec2f();
    for (var c = lane; c < sizes.width; c += WORKGROUP_WIDTH) {
      sums += vec2f(f32(x[start + c]), f32(outputGradient[start + c]) * f32(weight[c]));
    }
    means = rowSum(sums, lane) / width;
  }
  // A second pass over centred values: the variance must not suffer from a large mean.
  var sums = vec2f();
  for (var c = lane; c < sizes.width; c += WORKGROUP_WIDTH) {
    let centred = f32(x[start + c]) - means.x;
    sums += vec2f(centred, f32(outputGradient[start + c]) * f32(weight[c])) * centred;
  }
  let moments = rowSum(sums, lane) / width;
  if (row >= sizes.rows) {
    return;
  }
  let inverse = inverseSqrt(moments.x + sizes.epsilon);
  let factor = moments.y * inverse * inverse;
  for (var c = lane; c < sizes.width; c += WORKGROUP_WIDTH) {
    let i = start + c;
    var value = (f32(outputGradient[i]) * f32(weight[c]) - means.y - (f32(x[i]) - means.x) * factor) * inverse;
    if (ACCUMULATE == 1) {
      value += f32(out[i]);
    }
    out[i] = Element(value);
  }
}
