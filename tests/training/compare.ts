/** Distances between computed and expected numbers. */

/** Largest absolute difference; NaN counts as infinite. */
export function largestDifference(computed: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (computed.length !== expected.length) throw new Error(`${computed.length} values instead of ${expected.length}.`);
  let largest = 0;
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs(computed[index]! - expected[index]!);
    largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(largest, difference);
  }
  return largest;
}

/**
 * ‖computed − expected‖ / ‖expected‖; the absolute distance where the expected norm is below 1e-6.
 */
export function relativeDistance(computed: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (computed.length !== expected.length) throw new Error(`${computed.length} values instead of ${expected.length}.`);
  let difference = 0;
  let norm = 0;
  for (let index = 0; index < expected.length; index++) {
    difference += (computed[index]! - expected[index]!) ** 2;
    norm += expected[index]! ** 2;
  }
  return norm < 1e-12 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}
