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
  const { over } = task.drawn(metric, evaluation, examples, labels);
  return percentileInterval(examples.length, seed, over);
}

/**
 * `measure` over `count` rows drawn with replacement, 1,000 times; resamples that have no value are
 * left out.
 */
export function percentileInterval(
  count: number,
  seed: number,
  measure: (counts: Uint16Array) => number,
  resamples = RESAMPLES,
): Interval {
  const values: number[] = [];
  for (const counts of draws(count, seed, resamples)) {
    const value = measure(counts);
    if (Number.isFinite(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  return { low: percentile(values, 0.025), high: percentile(values, 0.975) };
}

/**
 * Draws of `count` rows with replacement: how often each row was drawn. The array is the same for
 * every draw.
 */
export function* draws(count: number, seed: number, resamples: number): Generator<Uint16Array> {
  const random = new Random(seed, "bootstrap");
  const counts = new Uint16Array(count);
  for (let resample = 0; resample < resamples; resample++) {
    counts.fill(0);
    for (let drawn = 0; drawn < count; drawn++) counts[random.integer(count)]!++;
    yield counts;
  }
}

/** Of sorted values, interpolated linearly as numpy's `percentile`; NaN without any. */
export function percentile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
