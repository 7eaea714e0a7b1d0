/**
 * The bootstrap behind metrics that are no share of right rows (Efron and Tibshirani 1993): the
 * same drawn rows for all runs and seeds, so that what a hard row does to all of them cancels out.
 */

import { draws } from "../tasks/bootstrap";
import type { DrawnMetric } from "../tasks/metrics/drawn";

/** How often rows are drawn. */
const DRAWS = 10_000;

/** As many draws as a verdict takes; the same for the same seed. */
export function verdictDraws(rows: number, seed: number): Iterable<Uint16Array> {
  return draws(rows, seed, DRAWS);
}

/**
 * Each metric over every draw, [draws] per metric; NaN where it is not defined on the drawn rows.
 */
export function resample(metrics: readonly DrawnMetric[], drawn: Iterable<Uint16Array>): Float64Array[] {
  const values: number[][] = metrics.map(() => []);
  for (const counts of drawn) metrics.forEach((metric, index) => void values[index]!.push(metric.over(counts)));
  return values.map((own) => Float64Array.from(own));
}
