// x[r, :] ← x[r, :] · shares[0] for r < own, · shares[1 + r − own] behind them, in place.
// x: [rows, width]; shares: [1 + rows − own].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  let row = i / sizes.width;
  if (row >= sizes.rows) {
    return;
  }
  let share = shares[select(0, 1 + row - sizes.own, row >= sizes.own)];
  x[i] = Element(f32(x[i]) * share);
}
