/** Draws some of the rows, repeatable by seed, with every label's share of them. */

import { Random } from "./random";
import type { TokenizedExample } from "./tokens";

/**
 * Systematic sampling within labels: rows are put side by side by their label, in an order of
 * chance among equals, and taken at equal distances, so that a label has its share of the rows
 * drawn to within one. Rows with any number of labels of their own count as of one.
 * @param count How many; all where there are no more.
 * @returns Their places, ascending.
 */
export function drawRows(rows: readonly Pick<TokenizedExample, "labels">[], count: number, seed: number): number[] {
  const places = [...rows.keys()];
  if (count >= rows.length) return places;
  const random = new Random(seed, "measured while training");
  const labelOf = (place: number) => (rows[place]!.labels.length === 1 ? rows[place]!.labels[0]! : 0);
  const ordered = random.shuffle(places).toSorted((a, b) => labelOf(a) - labelOf(b));
  const distance = rows.length / count;
  const start = random.next() * distance;
  const drawn = Array.from({ length: count }, (_, index) => {
    // Sums of fractions may round up to the end.
    return ordered[Math.min(Math.floor(start + index * distance), rows.length - 1)]!;
  });
  return drawn.sort((a, b) => a - b);
}
