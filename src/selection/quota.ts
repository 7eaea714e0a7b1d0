/** How many training rows are kept, in all and of each label. Not for which: `choose-rows.ts`. */

import { countOf, formatCount } from "../data/errors";
import type { RowSelection } from "../data/types";

/**
 * So many of `count` rows: a share rounded to whole rows, one at least.
 * @throws Error where more rows are asked for than there are.
 */
export function keptCount({ share, rows }: Pick<RowSelection, "share" | "rows">, count: number): number {
  const wanted = rows ?? Math.max(1, Math.round(share! * count));
  if (wanted <= count) return wanted;
  throw new Error(
    `Learn from: ${countOf(wanted, "row")} cannot be chosen of ${formatCount(count)} training rows. Ask for fewer.`,
  );
}

/**
 * `wanted` divided over groups by their sizes, by largest remainders (Hamilton): every part is its
 * exact share rounded down or up, and together they are `wanted`. Of equal remainders the first.
 */
export function divideByShare(sizes: readonly number[], wanted: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (wanted * size) / total);
  const parts = exact.map(Math.floor);
  const left = wanted - parts.reduce((sum, part) => sum + part, 0);
  const byRemainder = [...exact.keys()].sort((a, b) => exact[b]! - parts[b]! - (exact[a]! - parts[a]!) || a - b);
  for (const group of byRemainder.slice(0, left)) parts[group]!++;
  return parts;
}
