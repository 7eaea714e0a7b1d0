/** A line chart over training: one line per run, crosshair shared with the other line charts. */

import { type ReactNode, useMemo } from "react";
import { metricFacts } from "../../tasks/metrics/names";
import { formatLoss, formatMetric, formatTick } from "../numbers";
import { isUnfinished } from "../store/phase";
import type { AxisUnit } from "../store/state";
import { patch, useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { useSteady } from "../use-steady";
import { ChartCard } from "./ChartCard";
import { CrosshairReadout } from "./CrosshairReadout";
import { CurveTable } from "./CurveTable";
import { ExampleCurve } from "./ExampleCurve";
import { LinePanel } from "./LinePanel";
import { plotLeft, plotRight } from "./plot-geometry";
import {
  comparableLosses,
  horizontalAxis,
  plottedLines,
  plottedRuns,
  type Quantity,
  verticalAxis,
} from "./plotted-lines";

interface CurveChartProps {
  title: string;
  quantity: Quantity;
  wide?: boolean;
  tools?: ReactNode;
}

export function CurveChart({ title, quantity, wide = false, tools }: CurveChartProps) {
  const { current, past, revision } = useSlowComparison();
  const hidden = useStudio((state) => state.ui.hidden);
  const unit = useStudio((state) => state.ui.axis);
  const logLoss = useStudio((state) => state.ui.logLoss);
  const smoothing = useStudio((state) => state.ui.smoothing);
  const metric = quantity === "training-loss" || quantity === "validation-loss" ? null : quantity;
  const facts = metric && metricFacts[metric];
  const log = logLoss && metric === null;
  const descriptions = useStudio((state) => state.methods.descriptions);
  const runs = useMemo(() => {
    const shown = plottedRuns(current, past, hidden);
    const apart = new Set(descriptions.flatMap(({ id, lossOverWords }) => (lossOverWords ? [id] : [])));
    return metric === null ? comparableLosses(shown, apart) : shown;
  }, [current, past, hidden, descriptions, metric]);
  const training = current !== null && isUnfinished(current.state);
  const planned = training ? current.steps : 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: curves grow in place; the revision says when
  const x = useSteady(useMemo(() => horizontalAxis(runs, unit, planned), [runs, unit, planned, revision]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: curves grow in place; the revision says when
  const lines = useMemo(
    () => plottedLines(runs, quantity, unit, smoothing),
    [runs, quantity, unit, smoothing, revision],
  );
  const y = useSteady(useMemo(() => verticalAxis(lines, quantity, log), [lines, quantity, log]));
  const format = metric ? (value: number) => formatMetric(metric, value) : formatLoss;
  const descending = facts?.better === "high";
  const empty = lines.length === 0;
  const latest = lines
    .filter((line) => !line.faded)
    .map(({ run, ys }) => `${run.name} ${format(ys[ys.length - 1] ?? Number.NaN)}`);
  const summary = empty
    ? "Empty: your curves appear here."
    : `${lines.length} lines over ${unit}. Latest: ${latest.join(", ") || "earlier comparisons only"}.`;

  return (
    <ChartCard
      title={title}
      detail={empty ? null : `by ${unitNames[unit]}${log ? ", log" : ""}`}
      tools={tools}
      summary={summary}
      className={wide ? "chart-wide" : undefined}
      legend={lines.map(({ run }) => ({ name: run.name, slot: run.slot }))}
      table={empty ? null : () => <CurveTable lines={lines} format={format} />}
    >
      {empty ? (
        <ExampleCurve falling={!descending} />
      ) : (
        <div
          className="chart-plot"
          onPointerMove={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            const share = (event.clientX - box.left - plotLeft) / (box.width - plotLeft - plotRight);
            if (share < 0 || share > 1) {
              patch("ui", { crosshair: null });
              return;
            }
            const at = x.domain[0] + share * (x.domain[1] - x.domain[0]);
            patch("ui", { crosshair: unit === "seconds" ? at : Math.round(at) });
          }}
          onPointerLeave={() => patch("ui", { crosshair: null })}
        >
          <LinePanel
            lines={lines}
            x={x}
            y={y}
            log={log}
            formatY={facts?.kind === "share" ? formatShareTick : formatTick}
            pointMarkers={quantity !== "training-loss"}
          />
          <CrosshairReadout lines={lines} x={x} unit={unit} format={format} descending={descending} compact={!wide} />
        </div>
      )}
    </ChartCard>
  );
}

const unitNames: Record<AxisUnit, string> = { step: "step", tokens: "tokens", seconds: "seconds" };
const formatShareTick = (value: number) => `${Number((value * 100).toFixed(1))} %`;
