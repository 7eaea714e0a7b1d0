/** Rows at one end of a score, or around its median. */

import type { Band } from "../data/types";

/**
 * `count` of the members, by their scores; ties go to the earlier one. Those without a score (NaN)
 * are taken last of all.
 */
export function takeBand(scores: ArrayLike<number>, members: readonly number[], count: number, prefer: Band): number[] {
  const scored = members.filter((row) => !Number.isNaN(scores[row]!));
  const sign = prefer === "high" ? -1 : 1;
  const order = scored.sort((a, b) => sign * (scores[a]! - scores[b]!) || a - b);
  const first = prefer === "middle" ? Math.max(0, Math.floor((order.length - count) / 2)) : 0;
  const without = members.filter((row) => Number.isNaN(scores[row]!));
  return [...order.slice(first), ...without].slice(0, count);
}
