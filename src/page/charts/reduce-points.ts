/**
 * Fewer points for a line that looks the same: minimum and maximum of each bucket, so that no spike
 * is lost.
 */

export interface Point {
  x: number;
  y: number;
}

/**
 * At most `limit` points of the line `(xs[i], ys[i])`, in order, the first and the last among them.
 * Buckets are equal in points, not in x; of each, the smallest and the largest y are kept. Points
 * that are not finite are left out.
 * @param limit at least 4
 */
export function reducePoints(xs: ArrayLike<number>, ys: ArrayLike<number>, limit = 800): Point[] {
  if (limit < 4) throw new Error(`A line needs at least 4 points to be reduced to, not ${limit}.`);
  const kept: number[] = [];
  for (let i = 0; i < ys.length; i++) {
    if (Number.isFinite(ys[i]) && Number.isFinite(xs[i])) kept.push(i);
  }
  const at = (i: number): Point => ({ x: xs[i] as number, y: ys[i] as number });
  if (kept.length <= limit) return kept.map(at);

  const first = kept[0] as number;
  const last = kept[kept.length - 1] as number;
  const inner = kept.length - 2;
  const buckets = Math.floor((limit - 2) / 2);
  const points: Point[] = [at(first)];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = 1 + Math.floor((bucket * inner) / buckets);
    const end = 1 + Math.floor(((bucket + 1) * inner) / buckets);
    let low = kept[start] as number;
    let high = low;
    for (let k = start; k < end; k++) {
      const i = kept[k] as number;
      if ((ys[i] as number) < (ys[low] as number)) low = i;
      if ((ys[i] as number) > (ys[high] as number)) high = i;
    }
    points.push(at(Math.min(low, high)));
    if (low !== high) points.push(at(Math.max(low, high)));
  }
  points.push(at(last));
  return points;
}

/** Index of the value in ascending `xs` that is nearest to `x`; -1 when there is none. */
export function nearestIndex(xs: ArrayLike<number>, x: number): number {
  if (xs.length === 0) return -1;
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  if (low > 0 && x - (xs[low - 1] as number) <= (xs[low] as number) - x) return low - 1;
  return low;
}
