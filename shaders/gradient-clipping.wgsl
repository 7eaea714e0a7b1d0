// Shared by kernels that take a gradient as AdamW does: clipped, and not at all in a step whose
// loss or gradient norm is not finite. stepFigures: loss, gradient norm.

// By its bits: compilers may assume that floats are finite.
fn isFinite(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7f800000) != 0x7f800000;
}

fn stepIsFinite() -> bool {
  return isFinite(stepFigures[0]) && isFinite(stepFigures[1]);
}

// What a gradient is multiplied with so that the norm of all is at most maxNorm; 1 if maxNorm is 0.
fn clipping(maxNorm: f32) -> f32 {
  return select(1, min(1, maxNorm / (stepFigures[1] + 1e-6)), maxNorm > 0);
}
