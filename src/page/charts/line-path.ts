/** The paths of a line through points and of a band around it, in pixels. */

import type { Point } from "./reduce-points";

/** `M…L…`; a point that has no place (zero on a logarithmic axis) interrupts the line. */
export function linePath(points: readonly Point[], toX: (x: number) => number, toY: (y: number) => number): string {
  let path = "";
  let open = false;
  for (const point of points) {
    const x = toX(point.x);
    const y = toY(point.y);
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      open = false;
      continue;
    }
    path += `${open ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`;
    open = true;
  }
  return path;
}

/** A band of more points than this looks no different. */
const MOST_BAND_POINTS = 200;

/**
 * The area between the lower and the upper edge over `xs`; points without a place (zero or less on
 * a logarithmic axis) are left out.
 */
export function bandPath(
  xs: ArrayLike<number>,
  { low, high }: { low: ArrayLike<number>; high: ArrayLike<number> },
  toX: (x: number) => number,
  toY: (y: number) => number,
): string {
  const stride = Math.max(1, Math.ceil(xs.length / MOST_BAND_POINTS));
  const kept = Array.from(xs, (_, i) => i).filter((i) => i % stride === 0 || i === xs.length - 1);
  const edge = (of: ArrayLike<number>) =>
    kept
      .map((i) => [toX(xs[i]!), toY(of[i]!)] as const)
      .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
      .map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
  const upper = edge(high);
  const lower = edge(low);
  return upper.length === 0 || lower.length === 0 ? "" : `M${[...upper, ...lower.toReversed()].join("L")}Z`;
}

/** Pixels between the whiskers of neighbouring lines, and half the width of a whisker's ends. */
const DODGE = 5;
const CAP = 2.5;

/** Beside which other lines a line's whiskers stand: its place among so many. */
export interface Beside {
  place: number;
  of: number;
}

/**
 * A whisker with both ends at each point whose interval is known, in pixels. Those of several lines
 * stand beside one another within the plot; where evaluations are too close for that, the last one
 * is drawn alone.
 * @param within the left and the right edge of the plot
 */
export function whiskerPath(
  xs: ArrayLike<number>,
  { low, high }: { low: ArrayLike<number>; high: ArrayLike<number> },
  toX: (x: number) => number,
  toY: (y: number) => number,
  { place, of }: Beside,
  within: readonly [left: number, right: number],
): string {
  const half = ((of - 1) / 2) * DODGE;
  const room = of * DODGE + 6;
  const known = Array.from(xs, (_, i) => i).filter((i) =>
    [toX(xs[i]!), toY(low[i]!), toY(high[i]!)].every(Number.isFinite),
  );
  const isClose = known.some((i, n) => n > 0 && toX(xs[i]!) - toX(xs[known[n - 1]!]!) < room);
  return (isClose ? known.slice(-1) : known)
    .map((i) => {
      const middle = Math.max(within[0] + half, Math.min(within[1] - half, toX(xs[i]!)));
      const x = middle - half + place * DODGE;
      const [bottom, top] = [toY(low[i]!), toY(high[i]!)];
      const cap = (y: number) => `M${(x - CAP).toFixed(1)},${y.toFixed(1)}h${2 * CAP}`;
      return `${cap(top)}${cap(bottom)}M${x.toFixed(1)},${top.toFixed(1)}V${bottom.toFixed(1)}`;
    })
    .join("");
}
