// metrics[place] = Σ shares · losses. Where the share is 0 the loss is not read: there may be none.
// losses, shares: [rows]. Losses, shares and metrics are always f32.
struct Sizes {
  rows: u32,
  place: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> losses: array<f32>;
@group(0) @binding(2) var<storage, read> shares: array<f32>;
@group(0) @binding(3) var<storage, read_write> metrics: array<f32>;

@compute @workgroup_size(WORKGROUP_WIDTH)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0f;
  for (var r = lane; r < sizes.rows; r += WORKGROUP_WIDTH) {
    if (shares[r] != 0) {
      sum += shares[r] * losses[r];
    }
  }
  sum = rowSum(vec2f(sum, 0), lane).x;
  if (lane == 0) {
    metrics[sizes.place] = sum;
  }
}
