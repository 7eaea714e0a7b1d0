/**
 * The figures of all lines where the crosshair stands, the best first; without one the last ones.
 * One table of fixed height below the line charts, so that nothing lies over a line and nothing
 * moves.
 */

import { useMemo } from "react";
import { type MetricName, metricFacts } from "../../tasks/metrics/names";
import { pointAt } from "../actions/ui";
import { formatCount, formatDuration, formatFlops, formatLoss, formatMetric, metricWord } from "../numbers";
import type { AxisUnit } from "../store/state";
import { useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { unitNames } from "./axis-units";
import { isOf, type PlottedLine, type PlottedRun, plottedLines, plottedRuns } from "./plotted-lines";
import { RunSwatch } from "./RunSwatch";
import { commonStep, type Reading, readingAt } from "./readings";
import { useMetric } from "./use-metric";
import { useSmoothing } from "./use-smoothing";
import "./Readout.css";

const LOSSES = ["validation-loss", "training-loss"] as const;

export function Readout() {
  const { current, past, revision } = useSlowComparison();
  const hidden = useStudio((state) => state.ui.hidden);
  const unit = useStudio((state) => state.ui.axis);
  const smoothing = useSmoothing();
  const metric = useMetric();
  const runs = useMemo(() => plottedRuns(current, past, hidden), [current, past, hidden]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: curves grow in place; the revision says when
  const lines = useMemo(
    () => [metric, ...LOSSES].map((quantity) => plottedLines(runs, quantity, unit, smoothing)),
    [runs, metric, unit, smoothing, revision],
  );
  if (lines.every((ofQuantity) => ofQuantity.length === 0)) return null;
  return <ReadoutTable runs={runs} lines={lines} metric={metric} unit={unit} />;
}

interface ReadoutTableProps {
  runs: readonly PlottedRun[];
  /** Of the metric, then of the losses. */
  lines: readonly (readonly PlottedLine[])[];
  metric: MetricName;
  unit: AxisUnit;
}

function ReadoutTable({ runs, lines, metric, unit }: ReadoutTableProps) {
  const at = useStudio((state) => state.ui.crosshair);
  const pointed = useStudio((state) => state.ui.pointed);
  const rows = runs.flatMap((run) => {
    const readings = lines.map((ofQuantity) => {
      const line = ofQuantity.find((candidate) => candidate.run.key === run.run.key);
      return line ? readingAt(line, at) : null;
    });
    return readings.some((reading) => reading !== null) ? [{ run, readings }] : [];
  });
  const sign = metricFacts[metric].better === "high" ? -1 : 1;
  rows.sort((a, b) => compare(a.readings[0], b.readings[0], sign) || compare(a.readings[1], b.readings[1], 1));
  const steps = lines.map((_, column) => commonStep(rows.map(({ readings }) => readings[column] ?? null)));
  const kinds = new Set(rows.flatMap(({ readings }) => readings.flatMap((reading) => reading?.interval?.of ?? [])));
  const columns = [
    { title: metricWord(metric), format: (value: number) => formatMetric(metric, value) },
    { title: "validation loss", format: formatLoss },
    { title: "training loss", format: formatLoss },
  ];
  return (
    <section className="readout" aria-label="Values at the crosshair">
      <div className="readout-title">
        <span>{at === null ? "Last values" : `At ${position(at, unit)}`}</span>
        {kinds.has("seeds") && <span>± one standard deviation over seeds</span>}
        {kinds.has("rows") && <span>in brackets: 95 % intervals over the rows</span>}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="readout-scroll" aria-label="Values, table" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Run</th>
              {columns.map(({ title }, column) => (
                <th key={title} scope="col" className="number">
                  {title}
                  {steps[column] !== null && <span className="nowrap"> · step {formatCount(steps[column])}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ run, readings }) => (
              <tr
                key={run.run.key}
                className={[run.faded && "readout-faded", isOf(run, pointed) && "readout-pointed"]
                  .filter(Boolean)
                  .join(" ")}
                onPointerEnter={() => pointAt(run.run.key)}
                onPointerLeave={() => pointAt(null)}
              >
                <th scope="row">
                  <span className="readout-run">
                    <RunSwatch slot={run.run.slot} faded={run.faded} />
                    {run.run.name}
                  </span>
                </th>
                {columns.map(({ title, format }, column) => (
                  <td key={title} className="number">
                    {readings[column] ? (
                      <Value reading={readings[column]} format={format} withStep={steps[column] === null} />
                    ) : (
                      "–"
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

interface ValueProps {
  reading: Reading;
  format: (value: number) => string;
  withStep: boolean;
}

function Value({ reading: { value, step, interval }, format, withStep }: ValueProps) {
  return (
    <>
      {format(value)}
      {interval && (
        <span className="muted nowrap">
          {interval.of === "seeds"
            ? ` ± ${format(interval.deviation)}`
            : ` (${format(interval.low).replace(/\s%$/, "")} to ${format(interval.high)})`}
        </span>
      )}
      {withStep && step !== null && <span className="muted nowrap"> step {formatCount(step)}</span>}
    </>
  );
}

/** What is not known comes last. */
function compare(a: Reading | null | undefined, b: Reading | null | undefined, sign: number): number {
  if (!a || !b) return Number(!a) - Number(!b);
  return sign * (a.value - b.value) || 0;
}

function position(at: number, unit: AxisUnit): string {
  if (unit === "seconds") return formatDuration(at);
  if (unit === "flops") return formatFlops(at);
  return unit === "step" ? `step ${formatCount(at)}` : `${formatCount(at)} ${unitNames[unit]}`;
}
