// Every row of x with a Euclidean norm above `limit` is brought to it, in place:
// x ← x · min(1, limit / ‖x‖).
// x: [rows, width], a trained tensor, always f32.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= sizes.rows) {
    return;
  }
  let start = id.x * sizes.width;
  var squares = 0f;
  for (var c = 0u; c < sizes.width; c++) {
    squares += x[start + c] * x[start + c];
  }
  let norm = sqrt(squares);
  if (norm <= sizes.limit) {
    return;
  }
  for (var c = 0u; c < sizes.width; c++) {
    x[start + c] *= sizes.limit / norm;
  }
}
