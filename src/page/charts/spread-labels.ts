/** Where labels beside a chart stand so that none lies over another. */

/**
 * Centres at least `gap` apart, as near as can be to where they belong: the least squares of all
 * ways, by pooling neighbours that would overlap. In the order that was given.
 * @param wanted where each belongs, in pixels
 * @param from,to between which all centres lie
 * @throws {RangeError} where so many do not fit
 */
export function spreadLabels(wanted: readonly number[], gap: number, from: number, to: number): number[] {
  const room = to - from - (wanted.length - 1) * gap;
  if (wanted.length > 1 && room < 0) {
    throw new RangeError(`${wanted.length} labels ${gap} apart need more than the ${to - from} pixels there are.`);
  }
  const order = [...wanted.keys()].sort((a, b) => wanted[a]! - wanted[b]!);
  // With the gaps taken out, labels may coincide, but must stay in order.
  const pools: { sum: number; count: number }[] = [];
  for (const [rank, index] of order.entries()) {
    let pool = { sum: wanted[index]! - rank * gap, count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count };
    }
    pools.push(pool);
  }
  const centres = new Array<number>(wanted.length);
  const flat = pools.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
  for (const [rank, index] of order.entries()) {
    centres[index] = Math.min(Math.max(flat[rank]!, from), from + Math.max(0, room)) + rank * gap;
  }
  return centres;
}

/** How many labels fit that are `gap` apart. */
export function roomFor(gap: number, from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / gap) + 1);
}
