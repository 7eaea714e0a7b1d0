// out[r] = Σ_j x[places[r, j]], without the places that are `length`.
// x: [length]; places: [rows, count]; out: [rows].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.y * groups.x * 64 + id.x;
  if (row >= sizes.rows) {
    return;
  }
  var sum = 0f;
  for (var j = 0u; j < sizes.count; j++) {
    let place = u32(places[row * sizes.count + j]);
    if (place < sizes.length) {
      sum += f32(x[place]);
    }
  }
  if (ACCUMULATE == 1) {
    sum += f32(out[row]);
  }
  out[row] = Out(sum);
}
