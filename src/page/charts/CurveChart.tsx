/**
 * A line chart over training: one line per run, named at its end, with a crosshair that is shared
 * with the other line charts.
 */

import { type ReactNode, useMemo, useRef } from "react";
import { isUnfinished } from "../../plan/phase";
import { type MetricName, metricFacts } from "../../tasks/metrics/names";
import { guessLevels } from "../../verdict/guess-levels";
import { pointAt } from "../actions/ui";
import { formatLoss, formatMetric, formatTick } from "../numbers";
import type { AxisUnit, Comparison } from "../store/state";
import { patch, useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { useSteady } from "../use-steady";
import { axisTitles, unitNames } from "./axis-units";
import { ChartCard } from "./ChartCard";
import { CurveTable } from "./CurveTable";
import { longestName } from "./LineEnds";
import { LinePanel } from "./LinePanel";
import type { Drawn } from "./lines-context";
import { nearestLine } from "./nearest-line";
import { namesWidth, plotBottom, plotLeft, plotTop } from "./plot-geometry";
import {
  comparableLosses,
  horizontalAxis,
  metricOf,
  plottedLines,
  plottedRuns,
  type Quantity,
  verticalAxis,
} from "./plotted-lines";
import type { Axis } from "./ticks";
import { useSmoothing } from "./use-smoothing";
import { useWidth } from "./use-width";

interface CurveChartProps {
  title: string;
  quantity: Quantity;
  className: string;
  tools?: ReactNode;
  /** How it is read, in words below it. */
  note?: (drawn: Drawn) => ReactNode;
}

export function CurveChart({ title, quantity, className, tools, note }: CurveChartProps) {
  const { current, past, revision } = useSlowComparison();
  const hidden = useStudio((state) => state.ui.hidden);
  const unit = useStudio((state) => state.ui.axis);
  const logLoss = useStudio((state) => state.ui.logLoss);
  const smoothing = useSmoothing();
  const metric = metricOf(quantity);
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
  const newest = current ?? past[0];
  const levels = useSteady(useMemo(() => (newest && metric ? levelsOf(newest, metric) : []), [newest, metric]));
  const y = useSteady(
    useMemo(
      () =>
        verticalAxis(
          lines,
          quantity,
          log,
          levels.map(({ value }) => value),
        ),
      [lines, quantity, log, levels],
    ),
  );
  const drawn = useMemo(
    (): Drawn => ({ lines, levels, format: metric ? (value) => formatMetric(metric, value) : formatLoss }),
    [lines, levels, metric],
  );
  const { format } = drawn;
  const empty = lines.length === 0;
  const latest = lines
    .filter((line) => !line.faded)
    .map(({ run, ys }) => `${run.name} ${format(ys[ys.length - 1] ?? Number.NaN)}`);
  const guesses = levels.map((level) => `; ${level.title} ${format(level.value)}`);
  const comes = quantity === "training-loss" ? "step" : "evaluation";
  const nothing = training ? `Comes with the first ${comes}.` : "No run that is shown has such a curve.";
  const summary = empty
    ? nothing
    : `${lines.length} lines over ${unitNames[unit]}. Latest: ${latest.join(", ") || "earlier comparisons only"}${guesses.join("")}.`;

  return (
    <ChartCard
      title={title}
      detail={empty ? null : `by ${unitNames[unit]}${log ? ", log" : ""}`}
      tools={tools}
      summary={summary}
      className={className}
      xTitle={axisTitles[unit]}
      legend={lines.map(({ run }) => ({ name: run.name, slot: run.slot }))}
      table={empty ? null : () => <CurveTable lines={lines} format={format} />}
      note={empty ? null : note?.(drawn)}
    >
      {empty ? (
        <p className="chart-nothing">{nothing}</p>
      ) : (
        <Plot
          {...{ drawn, x, y, log, unit }}
          formatY={facts?.kind === "share" ? formatShareTick : formatTick}
          evaluated={quantity !== "training-loss"}
        />
      )}
    </ChartCard>
  );
}

function levelsOf({ configuration, dataLabels, parts, verdict }: Comparison, metric: MetricName) {
  const known = { labels: dataLabels ?? [], parts: parts ?? null, verdict: verdict ?? null };
  return guessLevels({ configuration, ...known }, metric);
}

interface PlotProps {
  drawn: Drawn;
  x: Axis;
  y: Axis;
  log: boolean;
  unit: AxisUnit;
  formatY: (value: number) => string;
  evaluated: boolean;
}

/** The plot, and what the pointer does over it. */
function Plot({ drawn, x, y, log, unit, formatY, evaluated }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  // In whole tens, so that the frame is not drawn again for every digit.
  const names = Math.ceil(namesWidth(longestName(drawn), width) / 10) * 10;
  const leave = () => {
    patch("ui", { crosshair: null });
    pointAt(null);
  };
  return (
    <div
      className="chart-plot"
      ref={box}
      onPointerMove={(event) => {
        const { left, top, height } = event.currentTarget.getBoundingClientRect();
        const share = (event.clientX - left - plotLeft) / (width - plotLeft - names);
        if (share < 0) leave();
        // Over the names, which point at their runs by themselves.
        if (share > 1) patch("ui", { crosshair: null });
        if (share < 0 || share > 1) return;
        const at = x.domain[0] + share * (x.domain[1] - x.domain[0]);
        patch("ui", { crosshair: unit === "seconds" ? at : Math.round(at) });
        const scaled = (value: number) => (log ? Math.log(value) : value);
        const [low, high] = [scaled(y.domain[0]), scaled(y.domain[1])];
        const toY = (value: number) =>
          plotTop + ((high - scaled(value)) / (high - low)) * (height - plotTop - plotBottom);
        pointAt(nearestLine(drawn.lines, at, event.clientY - top, toY));
      }}
      onPointerLeave={leave}
    >
      {width > 0 && <LinePanel {...{ drawn, x, y, log, formatY, evaluated, names }} />}
    </div>
  );
}

const formatShareTick = (value: number) => `${Number((value * 100).toFixed(1))} %`;
