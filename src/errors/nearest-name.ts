/** The name that was probably meant where one does not exist. */

import { distance } from "fastest-levenshtein";

/**
 * The one of `names` with the same letters in another order, else the one that takes the fewest
 * letters put in, left out or changed (Levenshtein), whatever their case; the first of several.
 * Throws a RangeError where there are no names.
 */
export function nearestName(name: string, names: readonly string[]): string {
  if (names.length === 0) throw new RangeError(`There are no names that "${name}" could be near.`);
  const wanted = name.toLowerCase();
  const letters = (text: string) => [...text.toLowerCase()].sort().join("");
  const reordered = names.find((other) => letters(other) === letters(name));
  if (reordered !== undefined) return reordered;
  const distances = names.map((other) => distance(wanted, other.toLowerCase()));
  return names[distances.indexOf(Math.min(...distances))]!;
}
