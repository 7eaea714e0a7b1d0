/** For every run with a gate: what it gives each part, over the steps, stacked to the whole. */

import { Area, AreaChart, ResponsiveContainer, useYAxisScale, XAxis, YAxis } from "recharts";
import { appearance } from "../appearance";
import type { ShareHistory } from "../curves/share-history";
import { formatPercent, formatTick } from "../numbers";
import type { RunRecord } from "../store/state";
import { useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { xAxisLook, yAxisLook } from "./axes";
import { ChartCard } from "./ChartCard";
import { plotMargin, yAxisWidth } from "./plot-geometry";

const labelWidth = 100;
/** Pixels that a band must have for its label. */
const labelHeight = 15;
export function ShareCharts() {
  const { current } = useSlowComparison();
  const hidden = useStudio((state) => state.ui.hidden);
  const runs = current?.runs.filter(({ shares, key }) => shares && !hidden.has(key)) ?? [];
  return runs.map((run) => <ShareChart key={run.key} run={run} />);
}

function ShareChart({ run }: { run: RunRecord }) {
  const history = run.shares!;
  const { title, names, points } = history;
  const last = points.at(-1)!;
  const said = names.map((name, part) => `${name} ${formatPercent(last.shares[part]!)}`).join(", ");
  return (
    <ChartCard
      title={`${title}: ${run.name}`}
      summary={`At step ${last.step}: ${said}. Together they are always 100 %.`}
      legend={names.map((name, part) => ({ name, shade: shade(part, names.length) }))}
      table={() => <ShareTable history={history} />}
    >
      <div className="chart-plot">
        <ResponsiveContainer width="100%" height="100%" debounce={50}>
          <AreaChart data={[...points]} margin={{ ...plotMargin, right: labelWidth }} accessibilityLayer={false}>
            <XAxis
              type="number"
              dataKey="step"
              domain={["dataMin", "dataMax"]}
              {...xAxisLook}
              tickFormatter={formatTick}
            />
            <YAxis
              domain={[0, 1]}
              ticks={[0, 0.5, 1]}
              width={yAxisWidth}
              {...yAxisLook}
              tickFormatter={(share: number) => formatPercent(share, 0)}
            />
            {names.map((name, part) => (
              <Area
                key={name}
                dataKey={(point: ShareHistory["points"][number]) => point.shares[part]}
                stackId="whole"
                stroke="var(--panel)"
                strokeWidth={1}
                fill={appearance(run.slot).color}
                fillOpacity={shade(part, names.length)}
                isAnimationActive={false}
              />
            ))}
            <BandLabels names={names} shares={last.shares} />
          </AreaChart>
        </ResponsiveContainer>
      </div>
      <p className="chart-note">
        What the gate gives each part at step {last.step}, as the mean over the prompt's tokens.
      </p>
    </ChartCard>
  );
}

/** From strong at the bottom to faint at the top. */
const shade = (part: number, parts: number) => 0.85 - (0.6 * part) / Math.max(1, parts - 1);

/** Each part's name and share beside the end of its band, where there is room. */
function BandLabels({ names, shares }: { names: readonly string[]; shares: readonly number[] }) {
  const toY = useYAxisScale();
  const below = shares.map((_, part) => shares.slice(0, part).reduce((sum, share) => sum + share, 0));
  if (!toY) return null;
  return names.map((name, part) => {
    const [bottom, top] = [below[part]!, below[part]! + shares[part]!].map((value) => Number(toY(value)));
    if (!(bottom! - top! >= labelHeight)) return null;
    return (
      <text
        key={name}
        x="100%"
        dx={8 - labelWidth}
        y={(bottom! + top!) / 2}
        dy={4}
        fontSize={13}
        fill="var(--ink)"
      >{`${name} ${formatPercent(shares[part]!, 0)}`}</text>
    );
  });
}

function ShareTable({ history: { names, points } }: { history: ShareHistory }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Step</th>
          {names.map((name) => (
            <th key={name} scope="col" className="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {points.map(({ step, shares }) => (
          <tr key={step}>
            <th scope="row">{step}</th>
            {shares.map((share, part) => (
              <td key={names[part]} className="number">
                {formatPercent(share)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
