/**
 * From runs to the lines a chart draws: which column, how smooth, how many points, how far the axes
 * reach.
 */

import { spreadOf } from "../../plan/variants";
import { type MetricName, metricFacts } from "../../tasks/metrics/names";
import { areComparable } from "../store/comparable";
import { isTrained } from "../store/is-trained";
import type { AxisUnit, Comparison, RunRecord } from "../store/state";
import { type Point, reducePoints } from "./reduce-points";
import { smooth } from "./smooth";
import { type Axis, linearAxis, logAxis, openAxis } from "./ticks";

/** A loss, or a metric on the validation rows. */
export type Quantity = "training-loss" | "validation-loss" | MetricName;

/** A run as it is drawn: alone, or the mean of its seeds. */
export interface PlottedRun {
  /** Of the first seed, under the name that all seeds share. */
  run: Pick<RunRecord, "key" | "name" | "slot" | "control" | "configuration">;
  seeds: readonly RunRecord[];
  faded: boolean;
}

/** How far seeds lie apart at a point: one standard deviation below and above their mean. */
export interface BandPoint {
  x: number;
  low: number;
  high: number;
}

const mostBandPoints = 200;

export interface PlottedLine extends PlottedRun {
  /** Every point there is, for reading off values. */
  xs: Float64Array;
  ys: Float64Array;
  steps: Float64Array;
  /** As drawn strong. Equal to `ys` where nothing is smoothed. */
  strongValues: Float64Array;
  /** Reduced, for drawing. `faint` is null where nothing is smoothed. */
  faint: Point[] | null;
  strong: Point[];
  /** Of the seeds' strong values at every point, with a band to draw; null for a single seed. */
  spread: { deviations: Float64Array; band: BandPoint[] } | null;
}

/**
 * Runs that are not hidden; those of past comparisons are faded and come first, so that they lie
 * underneath. Past ones of another model or other rows are left out: their figures say other
 * things.
 */
export function plottedRuns(
  current: Comparison | null,
  past: readonly Comparison[],
  hidden: ReadonlySet<string>,
): PlottedRun[] {
  const of = (comparison: Comparison, faded: boolean) => {
    const shown = comparison.runs.filter((run) => !hidden.has(run.key));
    const groups = new Map<string, RunRecord[]>();
    for (const run of shown) groups.set(run.variant.group, [...(groups.get(run.variant.group) ?? []), run]);
    return [...groups.values()].map((seeds): PlottedRun => {
      const [first] = seeds as [RunRecord];
      return { run: { ...first, name: seeds.length > 1 ? first.variant.group : first.name }, seeds, faded };
    });
  };
  const newest = current ?? past[0];
  const alike = newest ? past.filter((comparison) => areComparable(comparison, newest)) : [];
  return [...alike.toReversed().flatMap((comparison) => of(comparison, true)), ...(current ? of(current, false) : [])];
}

/** Without runs of methods whose losses are other figures than those of trained heads. */
export function comparableLosses(runs: readonly PlottedRun[], apart: ReadonlySet<string>): PlottedRun[] {
  return runs.filter(({ run }) => !apart.has(run.configuration.method));
}

/** @param smoothing weight of the moving average; only training loss is smoothed */
export function plottedLines(
  runs: readonly PlottedRun[],
  quantity: Quantity,
  axis: AxisUnit,
  smoothing: number,
): PlottedLine[] {
  const end = furthest(runs, axis);
  return runs.flatMap((plotted) => {
    const lines = plotted.seeds
      .map((run) => {
        const line = lineOf(run, quantity, axis, smoothing);
        return isTrained(run) ? line : levelLine(line, end);
      })
      .filter((line) => line.ys.length > 0);
    if (lines.length === 0) return [];
    const { spread, ...line } = lines.length === 1 ? { ...lines[0]!, spread: null } : meanLine(lines);
    const { xs, ys, strongValues } = line;
    const smoothed = strongValues !== ys;
    const faint = smoothed && !plotted.faded ? reducePoints(xs, ys) : null;
    return { ...plotted, ...line, faint, strong: reducePoints(xs, strongValues), spread };
  });
}

type Line = Pick<PlottedLine, "xs" | "ys" | "steps" | "strongValues">;

function lineOf({ curves }: RunRecord, quantity: Quantity, axis: AxisUnit, smoothing: number): Line {
  const { steps: trained, evaluations } = curves;
  if (quantity === "training-loss") {
    const xs = trained.column(axis);
    // Comparisons of earlier versions counted no operations.
    const ys = Number.isNaN(xs[0]) ? new Float64Array() : trained.column("loss");
    const strongValues = smoothing > 0 ? smooth(ys, smoothing) : ys;
    return { xs, ys, steps: trained.column("step"), strongValues };
  }
  const values = evaluations.column(quantity === "validation-loss" ? "loss" : quantity);
  // A metric may have no value yet (a correlation while every row is given the same number), or be
  // another task's.
  const along = evaluations.column(axis);
  const kept = [...values.keys()].filter(
    (i) => !Number.isNaN(along[i]) && (quantity === "validation-loss" || Number.isFinite(values[i])),
  );
  const [xs, ys, steps] = [evaluations.column(axis), values, evaluations.column("step")].map((column) =>
    kept.length === column.length ? column : Float64Array.from(kept, (i) => column[i]!),
  ) as [Float64Array, Float64Array, Float64Array];
  return { xs, ys, steps, strongValues: ys };
}

/**
 * What steps do not change, as far as the others have come: it takes no tokens, seconds or
 * operations of training, so that by these its own points all lie at 0.
 */
function levelLine({ ys, steps, ...line }: Line, end: number): Line {
  const last = ys.at(-1);
  if (last === undefined || end === 0) return { ...line, ys, steps };
  const level = Float64Array.of(last, last);
  return { xs: Float64Array.of(0, end), ys: level, strongValues: level, steps: Float64Array.of(0, steps.at(-1)!) };
}

/** The mean of several seeds as far as all of them have come, and how far they lie apart. */
function meanLine(lines: readonly Line[]): Line & Pick<PlottedLine, "spread"> {
  const length = Math.min(...lines.map(({ ys }) => ys.length));
  const mean = (of: (line: Line) => Float64Array) =>
    Float64Array.from({ length }, (_, i) => spreadOf(lines.map((line) => of(line)[i]!)).mean);
  const spreads = Array.from({ length }, (_, i) => spreadOf(lines.map(({ strongValues }) => strongValues[i]!)));
  const xs = mean((line) => line.xs);
  const ys = mean((line) => line.ys);
  const smoothed = lines.some((line) => line.strongValues !== line.ys);
  const stride = Math.max(1, Math.ceil(length / mostBandPoints));
  const band = spreads
    .map(({ mean, deviation }, i) => ({ x: xs[i]!, low: mean - deviation, high: mean + deviation }))
    .filter((_, i) => i % stride === 0 || i === length - 1);
  return {
    xs,
    ys,
    steps: lines[0]!.steps.slice(0, length),
    strongValues: smoothed ? Float64Array.from(spreads, (spread) => spread.mean) : ys,
    spread: { deviations: Float64Array.from(spreads, (spread) => spread.deviation), band },
  };
}

/** The horizontal axis all line charts share: from 0 to where the longest run is, or will be. */
export function horizontalAxis(runs: readonly PlottedRun[], unit: AxisUnit, plannedSteps: number): Axis {
  const end = furthest(runs, unit);
  return openAxis(0, Math.max(end, unit === "step" ? plannedSteps : 0) || 1);
}

/** How far the longest run has come. */
function furthest(runs: readonly PlottedRun[], unit: AxisUnit): number {
  const ends = runs.flatMap(({ seeds }) =>
    seeds.map(({ curves }) => Math.max(curves.steps.last(unit) || 0, curves.evaluations.last(unit) || 0)),
  );
  return Math.max(0, ...ends);
}

/** The vertical axis for these lines. A logarithmic one leaves out what is not above zero. */
export function verticalAxis(lines: readonly PlottedLine[], quantity: Quantity, log: boolean): Axis {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const line of lines) {
    for (const points of [line.faint, line.strong]) {
      for (const { y } of points ?? []) {
        if (log && y <= 0) continue;
        low = Math.min(low, y);
        high = Math.max(high, y);
      }
    }
    for (const point of line.spread?.band ?? []) {
      if (!log || point.low > 0) low = Math.min(low, point.low);
      high = Math.max(high, point.high);
    }
  }
  if (low > high) return { domain: [0, 1], ticks: [0, 0.5, 1] };
  if (log) return logAxis(low, high);
  const share =
    quantity !== "training-loss" && quantity !== "validation-loss" && metricFacts[quantity].kind === "share";
  if (!share) return linearAxis(low, high);
  const { domain, ticks } = linearAxis(Math.max(0, low - 0.02), Math.min(1, high + 0.02));
  return { domain: [domain[0], Math.min(1, domain[1])], ticks: ticks.filter((tick) => tick <= 1) };
}
