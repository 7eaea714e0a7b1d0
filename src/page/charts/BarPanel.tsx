/**
 * Horizontal bars, one row per run, stacked from parts, each below its name: names of any length
 * are whole. Used for memory and for speed.
 */

import { memo } from "react";
import { Bar, BarChart, ResponsiveContainer, useXAxisScale, useYAxisScale, XAxis, YAxis } from "recharts";

export interface BarRow {
  key: string;
  name: string;
  fill: string;
  /** Written after the name. */
  label: string;
  parts: readonly number[];
}

interface BarPanelProps {
  rows: readonly BarRow[];
  /** One a part: how strong it is painted. */
  opacities: readonly number[];
}

const rowHeight = 32;
/** From the middle of a bar up to the foot of its name. */
const nameHeight = 8;

export const BarPanel = memo(function BarPanel({ rows, opacities }: BarPanelProps) {
  const most = Math.max(...rows.map((row) => row.parts.reduce((sum, part) => sum + part, 0)), 0);
  return (
    <ResponsiveContainer width="100%" height={rows.length * rowHeight + 8} debounce={50}>
      <BarChart
        layout="vertical"
        data={rows as BarRow[]}
        margin={{ top: 4, right: 8, bottom: 4, left: 1 }}
        barSize={8}
        accessibilityLayer={false}
      >
        <XAxis type="number" hide domain={[0, most || 1]} />
        <YAxis
          type="category"
          dataKey="key"
          width={1}
          tick={false}
          tickLine={false}
          axisLine={{ stroke: "var(--line-strong)" }}
        />
        {opacities.map((opacity, part) => (
          <Bar
            // biome-ignore lint/suspicious/noArrayIndexKey: a part has no other name here than its place
            key={part}
            dataKey={(row: BarRow) => row.parts[part] ?? 0}
            stackId="parts"
            fillOpacity={opacity}
            isAnimationActive={false}
          ></Bar>
        ))}
        <BarLabels rows={rows} />
      </BarChart>
    </ResponsiveContainer>
  );
});

/** A row's name above its bar, with what it comes to. */
function BarLabels({ rows }: { rows: readonly BarRow[] }) {
  const toX = useXAxisScale();
  const toY = useYAxisScale();
  if (!toX || !toY) return null;
  return rows.map((row) => {
    const start = Number(toX(0));
    const middle = Number(toY(row.key, { position: "middle" }));
    // While the chart is being laid out the scales know neither rows nor width.
    if (!Number.isFinite(start) || !Number.isFinite(middle)) return null;
    return (
      <text key={row.key} x={start + 6} y={middle - nameHeight} fontSize={13} fill="var(--ink)">
        {row.name}{" "}
        <tspan dx={6} fill="var(--muted)">
          {row.label}
        </tspan>
      </text>
    );
  });
}
