// y[b] = front rows, then x[b]: dfront[t, :] = Σ_b dy[b, t, :].
// dy: [batch, front + tokens, width]; out: [front, width].
override ACCUMULATE: u32 = 0;

struct Sizes {
  batch: u32,
  front: u32,
  tokens: u32,
  width: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> outputGradient: array<Element>;
@group(0) @binding(2) var<storage, read_write> out: array<Out>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.front * sizes.width) {
    return;
  }
  let sequence = (sizes.front + sizes.tokens) * sizes.width;
  var value = 0f;
  for (var b = 0u; b < sizes.batch; b++) {
    value += f32(outputGradient[b * sequence + i]);
  }
  if (ACCUMULATE == 1) {
    value += f32(out[i]);
  }
  out[i] = Out(value);
}
