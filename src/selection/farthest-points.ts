/**
 * Rows far from one another: the greedy k-center choice (Gonzalez 1985; as a core set of training
 * rows Sener and Savarese 2018). The first is the one nearest to the middle, each further one the
 * one farthest from all that are chosen; no row is then more than twice as far from a chosen one as
 * the best choice would leave it.
 */

/**
 * @param states [rows, width]; distances are Euclidean
 * @param members the rows to choose from
 * @param breathe awaited between rounds
 */
export async function farthestPoints(
  states: ArrayLike<number>,
  width: number,
  members: readonly number[],
  count: number,
  breathe: () => Promise<void> = async () => {},
): Promise<number[]> {
  const middle = new Float64Array(width);
  for (const row of members) {
    for (let column = 0; column < width; column++) middle[column]! += states[row * width + column]! / members.length;
  }
  const fromMiddle = members.map((row) => squaredDistance(states, row * width, middle, 0, width));
  let next = fromMiddle.reduce((best, square, place) => (square < fromMiddle[best]! ? place : best), 0);
  const nearest = new Float64Array(members.length).fill(Infinity);
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, members.length)) {
    const center = members[next]!;
    chosen.push(center);
    nearest[next] = -1;
    let farthest = -1;
    for (const [place, row] of members.entries()) {
      if (nearest[place]! < 0) continue;
      const square = squaredDistance(states, row * width, states, center * width, width);
      if (square < nearest[place]!) nearest[place] = square;
      if (farthest < 0 || nearest[place]! > nearest[farthest]!) farthest = place;
    }
    next = farthest;
    await breathe();
  }
  return chosen;
}

function squaredDistance(a: ArrayLike<number>, fromA: number, b: ArrayLike<number>, fromB: number, width: number) {
  let sum = 0;
  for (let column = 0; column < width; column++) sum += (a[fromA + column]! - b[fromB + column]!) ** 2;
  return sum;
}
