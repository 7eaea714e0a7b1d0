/**
 * How far a metric might lie from what was measured: percentile bootstrap over the validation rows.
 */

import { Random } from "../data/random";
import type { TokenizedExample } from "../data/tokens";
import { taskMetrics } from "./metrics/names";
import type { Evaluation, Task } from "./task";

export interface Interval {
  /** The 2.5th and the 97.5th percentile. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 1000;

/** Of a task's first metric; the same for the same seed. */
export function bootstrap(
  task: Task,
  evaluation: Evaluation,
  examples: readonly TokenizedExample[],
  labels: readonly string[],
  seed: number,
): Interval {
  const [metric] = taskMetrics[task.id];
  const quick = task.drawn?.(evaluation, examples, labels);
  if (quick) return percentileInterval(examples.length, seed, quick);
  return percentileInterval(examples.length, seed, (rows) => {
    const drawn = {
      outputs: rows.map((row) => evaluation.outputs[row]!),
      losses: rows.map((row) => evaluation.losses[row]!),
    };
    return task.measure(
      drawn,
      rows.map((row) => examples[row]!),
      labels,
    )[metric]!;
  });
}

/**
 * `measure` over `count` rows drawn with replacement, 1,000 times; resamples that have no value are
 * left out.
 */
export function percentileInterval(
  count: number,
  seed: number,
  measure: (rows: readonly number[]) => number,
  resamples = RESAMPLES,
): Interval {
  const random = new Random(seed, "bootstrap");
  const values: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    const value = measure(Array.from({ length: count }, () => random.integer(count)));
    if (Number.isFinite(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  return { low: percentile(values, 0.025), high: percentile(values, 0.975) };
}

/** Of sorted values, interpolated linearly as numpy's `percentile`; NaN without any. */
export function percentile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
