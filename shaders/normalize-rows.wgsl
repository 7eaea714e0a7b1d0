// out = (x − m) / sqrt(mean((x − m)²) + epsilon) over rows of `width` elements: m is the row's mean
// where CENTERED (layer norm), else 0 (RMS norm). What a norm's gain is multiplied with, and so
// what the gain's gradient is made of.
// x, out: [rows, width].

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
  var mean = 0f;
  if (CENTERED == 1) {
    var sum = 0f;
    for (var c = lane; c < sizes.width; c += WORKGROUP_WIDTH) {
      sum += f32(x[start + c]);
    }
    mean = rowSum(vec2f(sum, 0), lane).x / width;
  }
  // A second pass over centred values: the variance must not suffer from a large mean.
  var squares = 0f;
  for (var c = lane; c < sizes.width; c += WORKGROUP_WIDTH) {
    let centred = f32(x[start + c]) - mean;
    squares += centred * centred;
  }
  let inverse = inverseSqrt(rowSum(vec2f(squares, 0), lane).x / width + sizes.epsilon);
  if (row >= sizes.rows) {
    return;
  }
  for (var c = lane; c < sizes.width; c += WORKGROUP_WIDTH) {
    out[start + c] = Element((f32(x[start + c]) - mean) * inverse);
  }
}
