/**
 * Where the plot lies inside a line chart, in pixels: shared by what draws it and what lies over
 * it.
 */

export const yAxisWidth = 52;
export const plotMargin = { top: 10, right: 16, bottom: 2, left: 0 };
export const plotLeft = plotMargin.left + yAxisWidth;
export const plotRight = plotMargin.right;
