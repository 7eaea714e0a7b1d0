// Columns 1 and 2 of a pair became y1 = along1 x1 - across1 x2 and y2 = along2 x2 + across2 x1 (RoAd, Liao and Monz 2024).
// dx1 = along1 dy1 + across2 dy2, dx2 = along2 dy2 - across1 dy1.
// outputGradient (dy), out (dx): [rows, width]; along, across: [width], or [width / 2] with SHARED.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.rows * sizes.width) {
    return;
  }
  let column = i % sizes.width;
  let other = partner(column);
  let crossed = f32(across[factorOf(other)]) * f32(outputGradient[i - column + other]);
  var value = f32(along[factorOf(column)]) * f32(outputGradient[i]) + select(-crossed, crossed, isFirst(column));
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Element(value);
}
