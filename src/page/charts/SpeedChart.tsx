/**
 * How fast each run trains, its seeds on average: over its last steps while it runs, over all of
 * them once it has ended.
 */

import { useMemo, useState } from "react";
import { splitsOf } from "../../data/splits";
import { appearance } from "../appearance";
import { meanSpeed } from "../curves/run-curves";
import { Segmented } from "../fields/Segmented";
import { formatCount, formatDuration } from "../numbers";
import type { Comparison } from "../store/state";
import { useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { useSteady } from "../use-steady";
import { BarPanel } from "./BarPanel";
import { ChartCard } from "./ChartCard";
import { plottedRuns } from "./plotted-lines";

const solid = [1];

/** What the runs that share a line differ in. */
function seedsWord(comparison: Comparison | null): string {
  const splits = splitsOf(comparison?.configuration.data.test ?? null);
  if (!splits) return "seeds";
  return (comparison?.configuration.training.seeds ?? 1) > 1 ? "seeds and splits" : `${splits.noun}s`;
}

export function SpeedChart() {
  const { current, past, revision } = useSlowComparison();
  const newest = current ?? past[0] ?? null;
  const hidden = useStudio((state) => state.ui.hidden);
  const groups = useMemo(() => plottedRuns(newest, [], hidden), [newest, hidden]);
  const [unit, setUnit] = useState<"tokens" | "step">("step");
  // biome-ignore lint/correctness/useExhaustiveDependencies: curves grow in place; the revision says when
  const speeds = useMemo(
    () =>
      groups.flatMap(({ run, seeds }) => {
        const running = seeds.some(({ state }) => state === "running");
        const speed = meanSpeed(
          seeds.map(({ curves }) => curves),
          running ? 20 : Number.POSITIVE_INFINITY,
        );
        return speed ? [{ run, speed }] : [];
      }),
    [groups, revision],
  );
  // Those that are shown may be fewer than were trained.
  const most = Math.max(0, ...groups.map(({ seeds }) => seeds.length));
  const rows = useSteady(
    speeds.map(({ run, speed }) => {
      // Three digits, as written: the bar moves when its label does.
      const value = Number((unit === "step" ? speed.secondsPerStep : speed.tokensPerSecond).toPrecision(3));
      return {
        key: run.key,
        name: run.name,
        fill: appearance(run.slot).color,
        label: unit === "step" ? `${formatDuration(value)}/step` : `${formatCount(value)} tok/s`,
        parts: [value],
      };
    }),
  );
  return (
    <ChartCard
      title="Speed"
      detail={most > 1 && `mean of each run's ${most} ${seedsWord(newest)}`}
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
                      <th scope="row">{run.name}</th>
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
