/**
 * Shares of rows that are right: whether two runs on the same rows differ. Exact or closed
 * formulas; nothing is drawn.
 */

import binomialCdf from "@stdlib/stats-base-dists-binomial-cdf";
import { wilson } from "./wilson";

/** Of how many rows two runs are right, each row counted once. */
export interface PairedRows {
  readonly both: number;
  readonly first: number;
  readonly second: number;
  readonly neither: number;
}

/**
 * The exact test of McNemar (1947), two-sided: how likely rows that one run alone has right are
 * split as unevenly as these, or more, by fair coins. 1 where there are none.
 */
export function exactMcNemar({ first, second }: Pick<PairedRows, "first" | "second">): number {
  const fewer = Math.min(first, second);
  return Math.min(1, 2 * binomialCdf(fewer, first + second, 0.5));
}

/**
 * The 95 % interval of the first run's share less the second's: Newcombe's (1998) method 10, which
 * joins the two Wilson intervals and allows for the rows being the same.
 */
export function pairedDifference({ both, first, second, neither }: PairedRows): { low: number; high: number } {
  const rows = both + first + second + neither;
  const [p, q] = [(both + first) / rows, (both + second) / rows];
  const [one, other] = [wilson(p, rows), wilson(q, rows)];
  const phi = association({ both, first, second, neither });
  const reach = (a: number, b: number) => Math.sqrt(Math.max(0, a ** 2 - 2 * phi * a * b + b ** 2));
  return { low: p - q - reach(p - one.low, other.high - q), high: p - q + reach(one.high - p, q - other.low) };
}

/** The φ coefficient; with Newcombe's continuity correction where it is positive. */
function association({ both, first, second, neither }: PairedRows): number {
  const below = (both + first) * (second + neither) * (both + second) * (first + neither);
  if (below === 0) return 0;
  const above = both * neither - first * second;
  const rows = both + first + second + neither;
  return (above > 0 ? Math.max(above - rows / 2, 0) : above) / Math.sqrt(below);
}
