// out[r, start + c] = x[r, c]; other columns of out stay as they are. x: [rows, width]; out:
// [rows, outWidth].

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.rows * sizes.width) {
    return;
  }
  let place = i / sizes.width * sizes.outWidth + sizes.start + i % sizes.width;
  var value = f32(x[i]);
  if (ACCUMULATE == 1) {
    value += f32(out[place]);
  }
  out[place] = Element(value);
}
