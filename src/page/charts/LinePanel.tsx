/**
 * One line chart with its crosshair. What it draws is worked out in plotted-lines.ts. recharts
 * draws the frame, which changes rarely; the curves lie in it as plain paths, because recharts
 * measures the length of every line at every redraw.
 */

import { memo } from "react";
import { CartesianGrid, Line, LineChart, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { formatTick } from "../numbers";
import { xAxisLook, yAxisLook } from "./axes";
import { Crosshair } from "./Crosshair";
import { Curves } from "./Curves";
import { LineEnds } from "./LineEnds";
import { type Drawn, LinesContext } from "./lines-context";
import { plotMargin, yAxisWidth } from "./plot-geometry";
import type { Axis } from "./ticks";

interface FrameProps {
  x: Axis;
  y: Axis;
  log: boolean;
  formatY: (value: number) => string;
  /** Of values that are measured now and then, not at every step. */
  evaluated: boolean;
  /** Pixels for the names of the lines, to the right of the plot. */
  names: number;
}

interface LinePanelProps extends FrameProps {
  drawn: Drawn;
}

export function LinePanel({ drawn, ...frame }: LinePanelProps) {
  return (
    <LinesContext value={drawn}>
      <Frame {...frame} />
    </LinesContext>
  );
}

const Frame = memo(function Frame({ x, y, log, formatY, evaluated, names }: FrameProps) {
  // recharts lays out axes for data it knows: the two corners of the plot.
  const corners = [
    { x: x.domain[0], y: y.domain[0] },
    { x: x.domain[1], y: y.domain[1] },
  ];
  return (
    <ResponsiveContainer width="100%" height="100%" debounce={50}>
      <LineChart data={corners} margin={{ ...plotMargin, right: names }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          type="number"
          dataKey="x"
          domain={x.domain}
          ticks={x.ticks}
          allowDataOverflow
          {...xAxisLook}
          tickFormatter={formatTick}
        />
        <YAxis
          type="number"
          scale={log ? "log" : "linear"}
          domain={y.domain}
          ticks={y.ticks}
          allowDataOverflow
          width={yAxisWidth}
          {...yAxisLook}
          tickFormatter={formatY}
        />
        <Line dataKey="y" stroke="none" dot={false} activeDot={false} isAnimationActive={false} />
        <Curves evaluated={evaluated} />
        <LineEnds width={names} />
        <Crosshair />
      </LineChart>
    </ResponsiveContainer>
  );
});
