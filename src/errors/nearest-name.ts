/** The name that was probably meant where one does not exist. */

/**
 * The one of `names` that takes the fewest letters put in, left out or changed (Levenshtein),
 * whatever their case; the first of several. Throws a RangeError where there are no names.
 */
export function nearestName(name: string, names: readonly string[]): string {
  if (names.length === 0) throw new RangeError(`There are no names that "${name}" could be near.`);
  const wanted = name.toLowerCase();
  const distances = names.map((other) => editDistance(wanted, other.toLowerCase()));
  return names[distances.indexOf(Math.min(...distances))]!;
}

function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const own = [row];
    for (let column = 1; column <= to.length; column++) {
      const changed = above[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      own.push(Math.min(changed, above[column]! + 1, own[column - 1]! + 1));
    }
    above = own;
  }
  return above[to.length]!;
}
