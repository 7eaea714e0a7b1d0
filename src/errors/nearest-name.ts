/** The name that was probably meant where one does not exist. */

import { distance } from "fastest-levenshtein";

/**
 * The one of `names` that takes the fewest letters put in, left out or changed (Levenshtein),
 * whatever their case; the first of several. Throws a RangeError where there are no names.
 */
export function nearestName(name: string, names: readonly string[]): string {
  if (names.length === 0) throw new RangeError(`There are no names that "${name}" could be near.`);
  const wanted = name.toLowerCase();
  const distances = names.map((other) => distance(wanted, other.toLowerCase()));
  return names[distances.indexOf(Math.min(...distances))]!;
}
