/** A straight line through measurements, and how sure its slope is. */

import { mean, tLimit } from "../../src/verdict/rows-and-seeds";

export interface Slope {
  /** Units of y for one of x. */
  readonly slope: number;
  /** Ends of its 95 % interval: ordinary least squares, errors taken for independent. */
  readonly low: number;
  readonly high: number;
}

/**
 * @throws RangeError with fewer than three points, or where all have one x: they have no slope.
 */
export function slopeOf(x: readonly number[], y: readonly number[]): Slope {
  const freedom = x.length - 2;
  const [middleX, middleY] = [mean(x), mean(y)];
  const spread = x.reduce((sum, value) => sum + (value - middleX) ** 2, 0);
  if (freedom < 1 || spread === 0) throw new RangeError(`${x.length} points at as many places or fewer have no slope.`);
  const slope = x.reduce((sum, value, at) => sum + (value - middleX) * (y[at]! - middleY), 0) / spread;
  const squares = x.reduce((sum, value, at) => sum + (y[at]! - middleY - slope * (value - middleX)) ** 2, 0);
  const error = Math.sqrt(squares / freedom / spread);
  const reach = tLimit({ error, freedom }) * error;
  return { slope, low: slope - reach, high: slope + reach };
}
