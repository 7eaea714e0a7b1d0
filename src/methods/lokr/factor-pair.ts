/** A number as a product of two, as PEFT's `factorization` chooses them. */

/**
 * `factor` and the rest, where it divides; else the two divisors nearest to the square root, the
 * smaller first and, with a factor, no larger than that.
 */
export function factorPair(count: number, factor: number | null): readonly [number, number] {
  if (factor !== null && count % factor === 0) return [factor, count / factor];
  let best = 1;
  for (let divisor = 2; divisor * divisor <= count && divisor <= (factor ?? count); divisor++) {
    if (count % divisor === 0) best = divisor;
  }
  return [best, count / best];
}
