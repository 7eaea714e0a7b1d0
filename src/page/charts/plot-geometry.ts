/**
 * Where the plot lies inside a line chart, in pixels: shared by what draws it and what lies over
 * it. To the right of it stand the names of the lines.
 */

import { xAxisLook } from "./axes";

export const yAxisWidth = 52;
export const plotMargin = { top: 10, bottom: 2, left: 0 };
export const plotLeft = plotMargin.left + yAxisWidth;
export const plotTop = plotMargin.top;
export const plotBottom = plotMargin.bottom + xAxisLook.height;

/** Of the letters of the names. */
export const NAME_SIZE = 12;
/** From the plot to a name: the leader and the marker. */
export const NAME_INDENT = 24;
/** Names take no more of the chart than this. */
const MOST_FOR_NAMES = 0.36;

/** How much room the names get. @param longest width of the longest one */
export function namesWidth(longest: number, chart: number): number {
  return Math.ceil(Math.min(longest + NAME_INDENT + 6, chart * MOST_FOR_NAMES));
}
