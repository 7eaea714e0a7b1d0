/** How the axes of every chart look. */

const tick = { fontSize: 13, fill: "var(--muted)" };

export const xAxisLook = { height: 24, tick, tickLine: false, axisLine: { stroke: "var(--line-strong)" } };
export const yAxisLook = { tick, tickLine: false, axisLine: false };
