/** One line chart with its crosshair. What it draws is worked out in plotted-lines.ts. */

import { memo } from "react";
import { CartesianGrid, Line, LineChart, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { formatTick } from "../format";
import { appearance } from "./appearance";
import { Crosshair } from "./Crosshair";
import { EndMarkers } from "./EndMarkers";
import { MarkerDot } from "./MarkerDot";
import { plotMargin, yAxisWidth } from "./plot-geometry";
import type { PlottedLine } from "./plotted-lines";
import type { Axis } from "./ticks";

interface LinePanelProps {
  lines: readonly PlottedLine[];
  x: Axis;
  y: Axis;
  log: boolean;
  formatY: (value: number) => string;
  /** One marker a point (few points), else one at the end of a line. */
  pointMarkers: boolean;
}

const tick = { fontSize: 13, fill: "var(--muted)" };

export const LinePanel = memo(function LinePanel(props: LinePanelProps) {
  const { lines, x, y, log, formatY, pointMarkers } = props;
  return (
    <ResponsiveContainer width="100%" height="100%" debounce={50}>
      <LineChart margin={plotMargin} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          type="number"
          dataKey="x"
          domain={x.domain}
          ticks={x.ticks}
          allowDataOverflow
          height={24}
          tick={tick}
          tickLine={false}
          axisLine={{ stroke: "var(--line-strong)" }}
          tickFormatter={formatTick}
        />
        <YAxis
          type="number"
          scale={log ? "log" : "linear"}
          domain={y.domain}
          ticks={y.ticks}
          allowDataOverflow
          width={yAxisWidth}
          tick={tick}
          tickLine={false}
          axisLine={false}
          tickFormatter={formatY}
        />
        {lines.map(({ run, faint }) => {
          if (!faint) return null;
          return (
            <Line
              key={`${run.key} faint`}
              data={faint}
              dataKey="y"
              stroke={appearance(run.slot).color}
              strokeOpacity={0.22}
              strokeWidth={1}
              dot={false}
              activeDot={false}
              isAnimationActive={false}
            />
          );
        })}
        {lines.map(({ run, faded, strong }) => {
          const { color, dash, marker } = appearance(run.slot);
          return (
            <Line
              key={run.key}
              data={strong}
              dataKey="y"
              stroke={color}
              strokeWidth={run.control ? 1.5 : 2}
              strokeDasharray={dash}
              strokeOpacity={faded ? 0.4 : 1}
              strokeLinejoin="round"
              dot={pointMarkers && strong.length <= 60 ? <MarkerDot marker={marker} faded={faded} /> : false}
              activeDot={false}
              isAnimationActive={false}
            />
          );
        })}
        {!pointMarkers && <EndMarkers lines={lines} />}
        <Crosshair lines={lines} />
      </LineChart>
    </ResponsiveContainer>
  );
});
