// Shared by kernels over pairs of columns: in a group of 2 · half columns, column i is paired with i + half. Factors are
// [groups, half] where both columns of a pair share one (SHARED), else [groups, 2 · half].

fn isFirst(column: u32) -> bool {
  return column % (2 * sizes.half) < sizes.half;
}

// The other column of the pair.
fn partner(column: u32) -> u32 {
  return select(column - sizes.half, column + sizes.half, isFirst(column));
}

// The place of a column's factor.
fn factorOf(column: u32) -> u32 {
  return select(column, column / (2 * sizes.half) * sizes.half + column % sizes.half, SHARED == 1);
}
