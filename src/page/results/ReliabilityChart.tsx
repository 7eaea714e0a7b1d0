/**
 * How often a run is right of what it says with each chance, as trained and as calibrated; on the
 * diagonal it is right as often as it says.
 */

import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from "recharts";
import type { MeasuredCalibration } from "../../worker/api";
import { appearance } from "../appearance";
import { xAxisLook, yAxisLook } from "../charts/axes";
import { ChartCard } from "../charts/ChartCard";
import { plotMargin, yAxisWidth } from "../charts/plot-geometry";
import { formatCount, formatPercent } from "../numbers";

interface ReliabilityChartProps {
  calibration: MeasuredCalibration;
  run: string;
  slot: number;
}

const AXIS = { type: "number", domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1] } as const;

const inPercent = (share: number) => formatPercent(share, 0);

/** The bins that hold something. */
const filled = ({ bins }: MeasuredCalibration["before"]) =>
  bins.flatMap(({ count, confidence, accuracy }) => (count > 0 ? [{ count, confidence: confidence!, accuracy }] : []));

export function ReliabilityChart({ calibration, run, slot }: ReliabilityChartProps) {
  const { before, after } = calibration;
  const { color } = appearance(slot);
  return (
    <ChartCard
      title="Reliability curve"
      summary={`Of ${run}: off by ${formatPercent(before.ece)} on average as trained, by ${formatPercent(after.ece)} as calibrated.`}
      legend={[{ name: run, slot }]}
      table={() => <BinsTable calibration={calibration} />}
    >
      <div className="chart-plot">
        <ResponsiveContainer width="100%" height="100%" debounce={50}>
          <LineChart margin={{ ...plotMargin, right: 16 }} accessibilityLayer={false}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis dataKey="confidence" {...AXIS} {...xAxisLook} tickFormatter={inPercent} />
            <YAxis {...AXIS} width={yAxisWidth} {...yAxisLook} tickFormatter={inPercent} />
            <ReferenceLine
              segment={[
                { x: 0, y: 0 },
                { x: 1, y: 1 },
              ]}
              stroke="var(--line-strong)"
            />
            <Line
              data={filled(before)}
              dataKey="accuracy"
              stroke="var(--muted)"
              strokeDasharray="5 4"
              strokeWidth={1.5}
              dot={{ r: 2.5, fill: "var(--muted)", strokeWidth: 0, strokeDasharray: "" }}
              activeDot={false}
              isAnimationActive={false}
            />
            <Line
              data={filled(after)}
              dataKey="accuracy"
              stroke={color}
              strokeWidth={2}
              dot={{ r: 3, fill: color, strokeWidth: 0 }}
              activeDot={false}
              isAnimationActive={false}
            />
          </LineChart>
        </ResponsiveContainer>
      </div>
      <p className="chart-note">
        Across: the chance that was said, in {before.bins.length} steps. Up: how often it was right. On the straight
        line both agree. Dashed: as trained; solid and thicker: calibrated.
      </p>
    </ChartCard>
  );
}

function BinsTable({ calibration: { before, after } }: { calibration: MeasuredCalibration }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Chance</th>
          <th scope="col" className="number">
            Said as trained
          </th>
          <th scope="col" className="number">
            right
          </th>
          <th scope="col" className="number">
            Said calibrated
          </th>
          <th scope="col" className="number">
            right
          </th>
        </tr>
      </thead>
      <tbody>
        {before.bins.map(({ low, high, count, accuracy }, index) => (
          <tr key={low}>
            <th scope="row">
              {inPercent(low)} to {inPercent(high)}
            </th>
            <td className="number">{formatCount(count)}</td>
            <td className="number">{formatPercent(accuracy, 0)}</td>
            <td className="number">{formatCount(after.bins[index]!.count)}</td>
            <td className="number">{formatPercent(after.bins[index]!.accuracy, 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
