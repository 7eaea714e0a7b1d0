// partials[t] = Σ x[i]² over i ≡ t mod 256: the first half of the norm of all gradients. x: [count], a trained tensor's
// gradient, and partials: [256] are always f32.
override ACCUMULATE: u32 = 0;

struct Sizes {
  count: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> partials: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var value = 0f;
  for (var i = id.x; i < sizes.count; i += 256) {
    value += x[i] * x[i];
  }
  if (ACCUMULATE == 1) {
    value += partials[id.x];
  }
  partials[id.x] = value;
}
