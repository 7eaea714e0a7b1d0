/** Counts for the page's small charts of the data. */

const MOST_BARS = 20;
const STEPS = [1, 2, 4, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000];

/** Of the rows: a few that are far longer would press all others into one bar. */
const SHOWN = 0.99;

export interface LengthHistogram {
  /** A bar holds the lengths above the last bar up to `upTo`. */
  readonly lengths: { upTo: number; count: number }[];
  /** Rows that are longer than the last bar. */
  readonly longer: number;
  /** How many rows have each length, from 0 to that of the last bar. */
  readonly lengthCounts: number[];
}

/**
 * Counts of lengths in at most 20 bars of equal, round width, as far as 99 % of the rows reach; to
 * the longest where that needs no wider bars.
 */
export function lengthHistogram(all: readonly number[]): LengthHistogram {
  const sorted = Uint32Array.from(all).sort();
  const longest = sorted.at(-1) ?? 0;
  if (longest === 0) return { lengths: [], longer: 0, lengthCounts: [] };
  const widthFor = (length: number) =>
    STEPS.find((width) => length <= width * MOST_BARS) ?? Math.ceil(length / MOST_BARS);
  // Of few rows the longest is more than a hundredth.
  const nearly = Math.max(1, sorted[Math.max(1, Math.floor(SHOWN * sorted.length)) - 1]!);
  const step = widthFor(nearly);
  const reached = step === widthFor(longest) ? longest : nearly;
  const bars = Math.ceil(reached / step);
  const lengths = Array.from({ length: bars }, (_, bar) => ({ upTo: (bar + 1) * step, count: 0 }));
  const lengthCounts = new Array<number>(bars * step + 1).fill(0);
  let longer = 0;
  for (const length of sorted) {
    if (length > bars * step) longer++;
    else {
      lengths[Math.max(Math.ceil(length / step) - 1, 0)]!.count++;
      lengthCounts[length]!++;
    }
  }
  return { lengths, longer, lengthCounts };
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
