/** Which line of a chart the pointer is on. */

import type { PlottedLine } from "./plotted-lines";
import { nearestIndex } from "./reduce-points";

/** Pixels from a line that still count as on it. */
const REACH = 24;

type Nearby = Pick<PlottedLine, "run" | "xs" | "strongValues">;

/**
 * The key of the run whose value nearest to `at` is drawn nearest to the height `y`; null where
 * none is near.
 * @param toY of a value its height, in the pixels of `y`
 */
export function nearestLine(
  lines: readonly Nearby[],
  at: number,
  y: number,
  toY: (value: number) => number,
): string | null {
  let found: string | null = null;
  let least = REACH;
  for (const { run, xs, strongValues } of lines) {
    const value = strongValues[nearestIndex(xs, at)];
    const distance = value === undefined ? Number.NaN : Math.abs(toY(value) - y);
    if (distance < least) [found, least] = [run.key, distance];
  }
  return found;
}
