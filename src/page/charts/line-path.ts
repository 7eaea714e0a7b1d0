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

/**
 * The area between the lower and the upper edge; points without a place (zero or less on a
 * logarithmic axis) are left out.
 */
export function bandPath(
  band: readonly { x: number; low: number; high: number }[],
  toX: (x: number) => number,
  toY: (y: number) => number,
): string {
  const edge = (of: (point: { low: number; high: number }) => number) =>
    band
      .map((point) => [toX(point.x), toY(of(point))] as const)
      .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
      .map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
  const upper = edge(({ high }) => high);
  const lower = edge(({ low }) => low);
  return upper.length === 0 || lower.length === 0 ? "" : `M${[...upper, ...lower.toReversed()].join("L")}Z`;
}
