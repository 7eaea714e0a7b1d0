/**
 * Horizontal bars, one row per run, stacked from parts, each below its name, which has the whole
 * width. Used for memory and for speed.
 */

import { memo } from "react";
import {
  Bar,
  BarChart,
  ResponsiveContainer,
  useChartWidth,
  useXAxisScale,
  useYAxisScale,
  XAxis,
  YAxis,
} from "recharts";
import { fitTexts, textWidth } from "./text-width";

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
const nameSize = 13;
/** From a name to what stands after it. */
const gap = 10;

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

/** A row's name above its bar, with what it comes to; a name that is too wide by its beginning. */
function BarLabels({ rows }: { rows: readonly BarRow[] }) {
  const width = useChartWidth();
  const toX = useXAxisScale();
  const toY = useYAxisScale();
  if (width === undefined || !toX || !toY) return null;
  const left = Number(toX(0)) + 6;
  const room = (label: string) => width - left - gap - textWidth(label, nameSize);
  const names = fitTexts(
    rows.map(({ name, label }) => ({ text: name, width: room(label) })),
    nameSize,
  );
  return rows.map(({ key, name, label }, place) => {
    const middle = Number(toY(key, { position: "middle" }));
    // While the chart is being laid out the scales know neither rows nor width.
    if (!Number.isFinite(left) || !Number.isFinite(middle)) return null;
    return (
      <text key={key} x={left} y={middle - nameHeight} fontSize={nameSize} fill="var(--ink)">
        <title>{name}</title>
        {names[place]}
        <tspan dx={gap - 2} fill="var(--muted)">
          {label}
        </tspan>
      </text>
    );
  });
}
