/** The path of a line through points, in pixels. */

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
