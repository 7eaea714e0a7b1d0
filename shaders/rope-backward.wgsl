// Rotary position embedding (Su et al. 2021) in the rotate-half layout: within a head, element
// i < rotarySize / 2 pairs with i + rotarySize / 2 and the pair is rotated by its position's angle.
// The gradient is rotated back.
// dx1 = dy1 cos + dy2 sin, dx2 = dy2 cos − dy1 sin; elements from rotarySize on pass unchanged.
// outputGradient (dy), out (dx): [rows, heads, headSize];
// cosine, sine: [positions, rotarySize / 2];
// the position of row r is offset + r mod tokens. The tables are f32: a narrower angle would turn
// late positions wrongly.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  let row = i / (sizes.heads * sizes.headSize);
  if (row >= sizes.rows) {
    return;
  }
  let element = i % sizes.headSize;
  var value = f32(outputGradient[i]);
  if (element < sizes.rotarySize) {
    let half = sizes.rotarySize / 2;
    let angle = (sizes.offset + row % sizes.tokens) * half + element % half;
    if (element < half) {
      value = value * cosine[angle] + f32(outputGradient[i + half]) * sine[angle];
    } else {
      value = value * cosine[angle] - f32(outputGradient[i - half]) * sine[angle];
    }
  }
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Element(value);
}
