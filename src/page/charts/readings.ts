/** What every run says at one place of the horizontal axis, and at which step that was measured. */

import { isTrained } from "../store/is-trained";
import type { PlottedLine } from "./plotted-lines";
import { nearestIndex } from "./reduce-points";

export interface Reading {
  /** As drawn: smoothed, where the line is. */
  value: number;
  /**
   * The step it was measured at: of what is measured now and then not the step that is asked for.
   * Null where nothing is trained: it is the same at every step.
   */
  step: number | null;
  /** Half of the interval over seeds, or both ends of an interval of rows; null where not known. */
  interval: { of: "seeds"; deviation: number } | { of: "rows"; low: number; high: number } | null;
}

type Read = Pick<PlottedLine, "seeds" | "xs" | "strongValues" | "steps" | "intervals">;

/**
 * The nearest value to `at`; null in a line without one. @param at null: the last
 */
export function readingAt({ seeds, xs, strongValues, steps, intervals }: Read, at: number | null): Reading | null {
  const index = at === null ? xs.length - 1 : nearestIndex(xs, at);
  const value = strongValues[index];
  if (value === undefined) return null;
  return { value, step: seeds.every(isTrained) ? steps[index]! : null, interval: intervalAt(intervals, index) };
}

function intervalAt(intervals: Read["intervals"], index: number): Reading["interval"] {
  const [low, high] = [intervals?.low[index], intervals?.high[index]];
  if (!intervals || low === undefined || high === undefined || !Number.isFinite(low)) return null;
  return intervals.of === "seeds" ? { of: "seeds", deviation: (high - low) / 2 } : { of: "rows", low, high };
}

/** The step that all were measured at; null where they are of several, or of none. */
export function commonStep(readings: readonly (Reading | null)[]): number | null {
  const steps = new Set(readings.flatMap((reading) => (reading && reading.step !== null ? [reading.step] : [])));
  return steps.size === 1 ? [...steps][0]! : null;
}
