// Shared by kernels that reduce over rows: WORKGROUP_WIDTH threads (local x) work on a row, ROWS
// rows on a workgroup. With a width of 1 a thread has its row for itself, and there is neither
// workgroup memory nor a barrier.

override ROWS: u32 = 64 / WORKGROUP_WIDTH;

var<workgroup> partials: array<vec2f, 64>;

// The sums over the threads of the row. All threads of the workgroup must call it.
fn rowSum(value: vec2f, lane: u32) -> vec2f {
  if (WORKGROUP_WIDTH == 1) {
    return value;
  }
  workgroupBarrier();
  partials[lane] = value;
  for (var step = WORKGROUP_WIDTH / 2; step > 0; step /= 2) {
    workgroupBarrier();
    if (lane < step) {
      partials[lane] += partials[lane + step];
    }
  }
  workgroupBarrier();
  return partials[0];
}

// The largest value over the threads of the row. All threads of the workgroup must call it.
fn rowMaximum(value: f32, lane: u32) -> f32 {
  if (WORKGROUP_WIDTH == 1) {
    return value;
  }
  workgroupBarrier();
  partials[lane].x = value;
  for (var step = WORKGROUP_WIDTH / 2; step > 0; step /= 2) {
    workgroupBarrier();
    if (lane < step) {
      partials[lane].x = max(partials[lane].x, partials[lane + step].x);
    }
  }
  workgroupBarrier();
  return partials[0].x;
}
