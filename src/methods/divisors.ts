/** Sizes of blocks that sides of weights can be cut into. */

/** The largest number up to `most` that divides all of these. */
export function largestDivisor(sizes: readonly number[], most: number): number {
  let size = Math.min(most, ...sizes);
  while (sizes.some((one) => one % size !== 0)) size--;
  return size;
}
