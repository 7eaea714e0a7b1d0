/** Horizontal bars, one row per run, stacked from parts. Used for memory and for speed. */

import { memo } from "react";
import { Bar, BarChart, LabelList, ResponsiveContainer, XAxis, YAxis } from "recharts";

export interface BarRow {
  key: string;
  name: string;
  fill: string;
  /** Written behind the bar. */
  label: string;
  parts: readonly number[];
}

interface BarPanelProps {
  rows: readonly BarRow[];
  /** One a part: how strong it is painted. */
  opacities: readonly number[];
}

const rowHeight = 32;
const tick = { fontSize: 13, fill: "var(--ink)" };

export const BarPanel = memo(function BarPanel({ rows, opacities }: BarPanelProps) {
  const most = Math.max(...rows.map((row) => row.parts.reduce((sum, part) => sum + part, 0)), 0);
  return (
    <ResponsiveContainer width="100%" height={rows.length * rowHeight + 8} debounce={50}>
      <BarChart
        layout="vertical"
        data={rows as BarRow[]}
        margin={{ top: 4, right: 92, bottom: 4, left: 0 }}
        barSize={12}
        accessibilityLayer={false}
      >
        <XAxis type="number" hide domain={[0, most || 1]} />
        <YAxis
          type="category"
          dataKey="key"
          width={104}
          tick={tick}
          tickLine={false}
          axisLine={{ stroke: "var(--line-strong)" }}
          interval={0}
          tickFormatter={(key: string) => shortened(rows.find((row) => row.key === key)?.name ?? key)}
        />
        {opacities.map((opacity, part) => (
          <Bar
            // biome-ignore lint/suspicious/noArrayIndexKey: a part has no other name here than its place
            key={part}
            dataKey={(row: BarRow) => row.parts[part] ?? 0}
            stackId="parts"
            fillOpacity={opacity}
            isAnimationActive={false}
          >
            {part === opacities.length - 1 && (
              <LabelList
                position="right"
                fontSize={13}
                fill="var(--ink)"
                offset={8}
                valueAccessor={(_entry: unknown, index: number) => rows[index]?.label ?? ""}
              />
            )}
          </Bar>
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
});

function shortened(name: string): string {
  return name.length <= 14 ? name : `${name.slice(0, 13)}…`;
}
