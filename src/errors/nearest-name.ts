/** The name that was probably meant where one does not exist. */

import { distance } from "fastest-levenshtein";

/**
 * The one of `names` that takes the fewest letters put in, left out or changed (Levenshtein),
 * whatever their case; of several the one with the same letters, which have changed places, else
 * the first. Throws a RangeError where there are no names.
 */
export function nearestName(name: string, names: readonly string[]): string {
  if (names.length === 0) throw new RangeError(`There are no names that "${name}" could be near.`);
  const wanted = name.toLowerCase();
  const distances = names.map((other) => distance(wanted, other.toLowerCase()));
  const least = Math.min(...distances);
  const nearest = names.filter((_, place) => distances[place] === least);
  const letters = (text: string) => [...text].sort().join("");
  return nearest.find((other) => letters(other.toLowerCase()) === letters(wanted)) ?? nearest[0]!;
}
