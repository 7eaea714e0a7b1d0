// metrics[1] = sqrt(Σ partials), the Euclidean norm of all gradients together. partials: [256], see square-sum.wgsl.
// Both are always f32.
@group(0) @binding(1) var<storage, read> partials: array<f32>;
@group(0) @binding(2) var<storage, read_write> metrics: array<f32>;

@compute @workgroup_size(1)
fn main() {
  var sum = 0f;
  for (var i = 0u; i < 256; i++) {
    sum += partials[i];
  }
  metrics[1] = sqrt(sum);
}
