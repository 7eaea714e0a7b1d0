// y[r, :] = table[ids[r], :]: dtable[v, :] = Σ_{r: ids[r] = v} dy[r, :]. Every element looks
// through the ids, which is slow for long batches but needs no atomics.
// ids: [rows]; outputGradient (dy): [rows, width];
// out (dtable): [vocabulary, width], or [width, vocabulary] with TRANSPOSED.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.vocabulary * sizes.width) {
    return;
  }
  let word = i32(select(i / sizes.width, i % sizes.vocabulary, TRANSPOSED == 1));
  let column = select(i % sizes.width, i / sizes.vocabulary, TRANSPOSED == 1);
  var value = 0f;
  for (var row = 0u; row < sizes.rows; row++) {
    if (ids[row] == word) {
      value += f32(outputGradient[row * sizes.width + column]);
    }
  }
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Out(value);
}
