/** Horizontal bars, one row per run, stacked from parts. Used for memory and for speed. */

import { memo } from "react";
import { Bar, BarChart, ResponsiveContainer, useXAxisScale, useYAxisScale, XAxis, YAxis } from "recharts";

export interface BarRow {
  key: string;
  name: string;
  fill: string;
  /** Written after the bar. */
  label: string;
  parts: readonly number[];
}

interface BarPanelProps {
  rows: readonly BarRow[];
  /** One a part: how strong it is painted. */
  opacities: readonly number[];
}

const rowHeight = 32;

export const BarPanel = memo(function BarPanel({ rows, opacities }: BarPanelProps) {
  const most = Math.max(...rows.map((row) => row.parts.reduce((sum, part) => sum + part, 0)), 0);
  return (
    <ResponsiveContainer width="100%" height={rows.length * rowHeight + 8} debounce={50}>
      <BarChart
        layout="vertical"
        data={rows as BarRow[]}
        margin={{ top: 4, right: 104, bottom: 4, left: 0 }}
        barSize={12}
        accessibilityLayer={false}
      >
        <XAxis type="number" hide domain={[0, most || 1]} />
        <YAxis
          type="category"
          dataKey="key"
          width={124}
          tick={<NameTick rows={rows} />}
          tickLine={false}
          axisLine={{ stroke: "var(--line-strong)" }}
          interval={0}
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

interface NameTickProps {
  rows: readonly BarRow[];
  x?: number;
  y?: number;
  payload?: { value: string };
}

/** A row's name, right-aligned on the axis; recharts gives the place. */
function NameTick({ rows, x, y, payload }: NameTickProps) {
  const name = rows.find((row) => row.key === payload?.value)?.name ?? "";
  return (
    <text x={x} y={y} dy={4} fontSize={13} fill="var(--ink)" textAnchor="end">
      <title>{name}</title>
      {name.length <= 16 ? name : `${name.slice(0, 15)}…`}
    </text>
  );
}

/** What is written after each bar. */
function BarLabels({ rows }: { rows: readonly BarRow[] }) {
  const toX = useXAxisScale();
  const toY = useYAxisScale();
  if (!toX || !toY) return null;
  return rows.map((row) => {
    const end = Number(toX(row.parts.reduce((sum, part) => sum + part, 0)));
    const middle = Number(toY(row.key, { position: "middle" }));
    // While the chart is being laid out the scales know neither rows nor width.
    if (!Number.isFinite(end) || !Number.isFinite(middle)) return null;
    return (
      <text key={row.key} x={end + 8} y={middle} dy={4} fontSize={13} fill="var(--ink)">
        {row.label}
      </text>
    );
  });
}
