/** Counts for the page's small charts of the data. */

const MOST_BARS = 20;
const STEPS = [1, 2, 4, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000];

/**
 * Counts of lengths in at most 20 bars of equal, round width; a bar holds the lengths above the
 * last bar up to `upTo`.
 */
export function lengthHistogram(lengths: readonly number[]): { upTo: number; count: number }[] {
  let longest = 0;
  for (const length of lengths) longest = Math.max(longest, length);
  if (longest === 0) return [];
  const step = STEPS.find((width) => longest <= width * MOST_BARS) ?? Math.ceil(longest / MOST_BARS);
  const bars = Array.from({ length: Math.ceil(longest / step) }, (_, bar) => ({ upTo: (bar + 1) * step, count: 0 }));
  for (const length of lengths) bars[Math.max(Math.ceil(length / step) - 1, 0)]!.count++;
  return bars;
}

/** How often each class id occurs. */
export function countLabels(labels: Iterable<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

const NUMBER_BARS = 16;

/**
 * Counts of numbers in bars of equal width between the smallest and the largest; a bar holds
 * `from`, the last also `upTo`.
 */
export function numberHistogram(
  train: readonly number[],
  validation: readonly number[],
  test: readonly number[],
): { from: number; upTo: number; train: number; validation: number; test: number }[] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of [...train, ...validation, ...test])
    [least, most] = [Math.min(least, value), Math.max(most, value)];
  if (!(most > least)) return [];
  const width = (most - least) / NUMBER_BARS;
  const bars = Array.from({ length: NUMBER_BARS }, (_, bar) => ({
    from: least + bar * width,
    upTo: least + (bar + 1) * width,
    train: 0,
    validation: 0,
    test: 0,
  }));
  const barOf = (value: number) => bars[Math.min(NUMBER_BARS - 1, Math.floor((value - least) / width))]!;
  for (const value of train) barOf(value).train++;
  for (const value of validation) barOf(value).validation++;
  for (const value of test) barOf(value).test++;
  return bars;
}
