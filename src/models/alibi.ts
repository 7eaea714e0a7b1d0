/**
 * Attention with linear biases (Press et al. 2021): each head adds slope · position of the key to
 * its scores.
 */

/**
 * The slopes of all heads, with transformers' rule for a number of heads that is no power of two.
 */
export function alibiSlopes(heads: number): readonly number[] {
  const nearest = 2 ** Math.floor(Math.log2(heads));
  const base = (count: number) => 2 ** -(2 ** -(Math.log2(count) - 3));
  return Array.from({ length: heads }, (_, head) =>
    head < nearest ? base(nearest) ** (head + 1) : base(2 * nearest) ** (2 * (head - nearest) + 1),
  );
}
