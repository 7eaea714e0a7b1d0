/** Exponential smoothing as a way of looking at a curve. The curve itself is never changed. */

/**
 * Exponential moving average, divided by 1 − weightⁿ so that the beginning is not pulled to zero.
 * @param weight 0 (no smoothing) to below 1; values that are not finite stay as they are and do not
 * enter the average
 */
export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  const out = new Float64Array(values.length);
  let average = 0;
  let share = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      out[i] = value;
      continue;
    }
    average = weight * average + (1 - weight) * value;
    share *= weight;
    out[i] = average / (1 - share);
  }
  return out;
}

/** Runs of fewer steps are short: a long average would lag behind by a tenth of them. */
const SHORT = 100;

/** The weight where none is chosen. */
export function usualSmoothing(steps: number): number {
  return steps < SHORT ? 0.6 : 0.9;
}
