// Shared by kernels that draw: a number in [0, 1), the same for the same four. The hash is pcg4d
// (Jarzynski & Olano 2020, Hash Functions for GPU Rendering, JCGT 9(3)); its upper 24 bits are a
// uniform number.

fn hash(key: vec4u) -> u32 {
  var v = key * 1664525u + 1013904223u;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  v ^= v >> vec4u(16u);
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  return v.x;
}

fn uniform01(key: vec4u) -> f32 {
  return f32(hash(key) >> 8) / 16777216;
}
