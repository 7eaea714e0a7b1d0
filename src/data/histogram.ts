/** Counts for the page's small charts of the data. */

import type { Example } from "./examples";

const MOST_BARS = 20;
const STEPS = [1, 2, 4, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000];

/** Counts of lengths in at most 20 bars of equal, round width; a bar holds the lengths above the last bar up to `upTo`. */
export function lengthHistogram(lengths: readonly number[]): { upTo: number; count: number }[] {
  let longest = 0;
  for (const length of lengths) longest = Math.max(longest, length);
  if (longest === 0) return [];
  const step = STEPS.find((width) => longest <= width * MOST_BARS) ?? Math.ceil(longest / MOST_BARS);
  const bars = Array.from({ length: Math.ceil(longest / step) }, (_, bar) => ({ upTo: (bar + 1) * step, count: 0 }));
  for (const length of lengths) bars[Math.max(Math.ceil(length / step) - 1, 0)]!.count++;
  return bars;
}

/** Rows per class id. */
export function countLabels(examples: readonly Pick<Example, "label">[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const { label } of examples) counts[label]!++;
  return counts;
}
