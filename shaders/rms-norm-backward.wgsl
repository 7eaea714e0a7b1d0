// y = x · weight / rms(x), with rms(x) = sqrt(mean(x²) + epsilon), over rows of `width` elements.
// dx = (g − x · mean(g ∘ x) / rms²) / rms, where g = dy ∘ weight. Zhang & Sennrich 2019 (Root Mean Square Layer
// Normalization), differentiated. x, dy, out: [rows, width]; weight: [width].
override ACCUMULATE: u32 = 0;
override WORKGROUP_WIDTH: u32 = 64;
override ROWS: u32 = 64 / WORKGROUP_WIDTH;

struct Sizes {
  rows: u32,
  width: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> weight: array<Weight>;
@group(0) @binding(3) var<storage, read> outputGradient: array<Element>;
@group(0) @binding(4) var<storage, read_write> out: array<Element>;

var<workgroup> shared_sums: array<vec2f, 64>;

// The sum over the threads of a row.
fn total(value: vec2f, lane: u32) -> vec2f {
  if (WORKGROUP_WIDTH == 1) {
    return value;
  }
  shared_sums[lane] = value;
  for (var step = WORKGROUP_WIDTH / 2; step > 0; step /= 2) {
    workgroupBarrier();
    if (lane < step) {
      shared_sums[lane] += shared_sums[lane + step];
    }
  }
  workgroupBarrier();
  return shared_sums[0];
}

@compute @workgroup_size(WORKGROUP_WIDTH, ROWS)
fn main(
  @builtin(local_invocation_id) local: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let lane = local.x;
  let row = (group.y * groups.x + group.x) * ROWS + local.y;
  // A row past the end computes the last one again and stores nothing, so that all threads meet at the barriers.
  let start = min(row, sizes.rows - 1) * sizes.width;
  var sums = vec2f();
  for (var c = lane; c < sizes.width; c += WORKGROUP_WIDTH) {
    let value = f32(x[start + c]);
    sums += vec2f(value, f32(outputGradient[start + c]) * f32(weight[c])) * value;
  }
  let means = total(sums, lane) / f32(sizes.width);
  if (row >= sizes.rows) {
    return;
  }
  let inverse = inverseSqrt(means.x + sizes.epsilon);
  let factor = means.y * inverse * inverse;
  for (var c = lane; c < sizes.width; c += WORKGROUP_WIDTH) {
    let i = start + c;
    let value = (f32(outputGradient[i]) * f32(weight[c]) - f32(x[i]) * factor) * inverse;
    out[i] = select(Element(value), out[i] + Element(value), ACCUMULATE == 1);
  }
}
