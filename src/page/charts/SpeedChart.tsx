/**
 * How fast each run trains: over its last steps while it runs, over all of them once it has ended.
 */

import { useMemo, useState } from "react";
import { appearance } from "../appearance";
import { recentSpeed } from "../curves/run-curves";
import { Segmented } from "../fields/Segmented";
import { formatCount, formatDuration } from "../numbers";
import { firstSeeds } from "../store/first-seeds";
import { useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { useSteady } from "../use-steady";
import { BarPanel } from "./BarPanel";
import { ChartCard } from "./ChartCard";

const solid = [1];

export function SpeedChart() {
  const { current, revision } = useSlowComparison();
  const hidden = useStudio((state) => state.ui.hidden);
  const runs = useMemo(() => firstSeeds(current?.runs.filter((run) => !hidden.has(run.key)) ?? []), [current, hidden]);
  const [unit, setUnit] = useState<"tokens" | "step">("step");
  // biome-ignore lint/correctness/useExhaustiveDependencies: curves grow in place; the revision says when
  const speeds = useMemo(
    () =>
      runs.flatMap((run) => {
        const speed = recentSpeed(run.curves, run.state === "running" ? 20 : Number.POSITIVE_INFINITY);
        return speed ? { run, speed } : [];
      }),
    [runs, revision],
  );
  const rows = useSteady(
    speeds.map(({ run, speed }) => {
      // Three digits, as written: the bar moves when its label does.
      const value = Number((unit === "step" ? speed.secondsPerStep : speed.tokensPerSecond).toPrecision(3));
      return {
        key: run.key,
        name: run.variant.group,
        fill: appearance(run.slot).color,
        label: unit === "step" ? `${formatDuration(value)}/step` : `${formatCount(value)} tok/s`,
        parts: [value],
      };
    }),
  );
  return (
    <ChartCard
      title="Speed"
      summary={rows.length > 0 ? rows.map((row) => `${row.name} ${row.label}`).join(", ") : "Nothing to show yet."}
      className="chart-bars"
      legend={[]}
      tools={
        rows.length > 0 && (
          <Segmented
            label="Speed in"
            value={unit}
            choices={[
              { value: "step", label: "time a step" },
              { value: "tokens", label: "tokens/s" },
            ]}
            onChange={setUnit}
          />
        )
      }
      table={
        rows.length === 0
          ? null
          : () => (
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">Run</th>
                    <th scope="col" className="number">
                      Time a step
                    </th>
                    <th scope="col" className="number">
                      Steps/s
                    </th>
                    <th scope="col" className="number">
                      Tokens/s
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {speeds.map(({ run, speed }) => (
                    <tr key={run.key}>
                      <th scope="row">{run.variant.group}</th>
                      <td className="number">{formatDuration(speed.secondsPerStep)}</td>
                      <td className="number">{speed.stepsPerSecond.toPrecision(3)}</td>
                      <td className="number">{formatCount(speed.tokensPerSecond)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )
      }
    >
      {rows.length === 0 ? (
        <p className="chart-nothing">Measured from the second step on.</p>
      ) : (
        <BarPanel rows={rows} opacities={solid} />
      )}
    </ChartCard>
  );
}
