/**
 * For every run that keeps a prompt near words: how far each word has moved, under the line that
 * none may cross.
 */

import { Bar, BarChart, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { appearance } from "../appearance";
import type { RunRecord } from "../store/state";
import { useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { xAxisLook, yAxisLook } from "./axes";
import { ChartCard } from "./ChartCard";
import { plotMargin, yAxisWidth } from "./plot-geometry";

/** Three digits, as short as they are. */
const formatDistance = (value: number) => String(Number(value.toPrecision(3)));

export function DistanceCharts() {
  const { current } = useSlowComparison();
  const hidden = useStudio((state) => state.ui.hidden);
  const runs = current?.runs.filter(({ distances, key }) => distances && !hidden.has(key)) ?? [];
  return runs.map((run) => <DistanceChart key={run.key} run={run} />);
}

function DistanceChart({ run }: { run: RunRecord }) {
  const { distances, limit, step } = run.distances!;
  const largest = formatDistance(Math.max(...distances));
  const bars = distances.map((distance, index) => ({ token: index + 1, distance }));
  return (
    <ChartCard
      title={`Near words: ${run.name}`}
      summary={`At step ${step} no virtual token has moved further than ${largest} from its word; ${formatDistance(limit)} is allowed.`}
      legend={[{ name: "distance of a virtual token from its word", shade: 0.85 }]}
      table={() => <DistanceTable distances={distances} />}
    >
      <div className="chart-plot">
        <ResponsiveContainer width="100%" height="100%" debounce={50}>
          <BarChart data={bars} margin={{ ...plotMargin, top: 18 }} accessibilityLayer={false}>
            <XAxis dataKey="token" {...xAxisLook} minTickGap={12} />
            <YAxis
              domain={[0, limit * 1.05 || 1]}
              ticks={[0, limit]}
              width={yAxisWidth + 8}
              {...yAxisLook}
              tickFormatter={formatDistance}
            />
            <Bar dataKey="distance" fill={appearance(run.slot).color} fillOpacity={0.85} isAnimationActive={false} />
            <ReferenceLine
              y={limit}
              stroke="var(--ink)"
              strokeDasharray="6 4"
              label={{
                value: "as far as allowed",
                position: "insideTopRight",
                fontSize: 13,
                fill: "var(--ink)",
                dy: -18,
              }}
            />
          </BarChart>
        </ResponsiveContainer>
      </div>
      <p className="chart-note">
        How far each virtual token is from its word at step {step}: at most {largest}, of {formatDistance(limit)}{" "}
        allowed.
      </p>
    </ChartCard>
  );
}

function DistanceTable({ distances }: { distances: readonly number[] }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Virtual token</th>
          <th scope="col" className="number">
            Distance from its word
          </th>
        </tr>
      </thead>
      <tbody>
        {distances.map((distance, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a virtual token has no other name than its place
          <tr key={index}>
            <th scope="row">{index + 1}</th>
            <td className="number">{formatDistance(distance)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
