// Shared by kernels that sum over rows for every column: local x is the column, local y one of
// SLICES interleaved slices of the rows. With a WORKGROUP_WIDTH of 1 there is one slice, and
// neither workgroup memory nor a barrier.

override SLICES: u32 = select(16u, 1u, WORKGROUP_WIDTH == 1);
override COLUMNS: u32 = select(16u, 64u, WORKGROUP_WIDTH == 1);

var<workgroup> partials: array<f32, 256>;

// The sum over the slices of the column, right for slice 0. All threads of the workgroup must call
// it.
fn columnTotal(value: f32, column: u32, slice: u32) -> f32 {
  if (SLICES == 1) {
    return value;
  }
  let place = slice * COLUMNS + column;
  partials[place] = value;
  for (var step = SLICES / 2; step > 0; step /= 2) {
    workgroupBarrier();
    if (slice < step) {
      partials[place] += partials[place + step * COLUMNS];
    }
  }
  return partials[place];
}
