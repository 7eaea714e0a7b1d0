/**
 * From runs to the lines a chart draws: which column, how smooth, how many points, how far the axes
 * reach.
 */

import { spreadOf } from "../../plan/variants";
import { type MetricName, metricFacts, rowShares } from "../../tasks/metrics/names";
import { wilson } from "../../verdict/wilson";
import type { TaskId, Verdict } from "../../worker/api";
import { areComparable } from "../store/comparable";
import { isTrained } from "../store/is-trained";
import type { AxisUnit, Comparison, RunRecord } from "../store/state";
import { type Point, reducePoints } from "./reduce-points";
import { smooth } from "./smooth";
import { type Axis, linearAxis, logAxis, openAxis } from "./ticks";

/** A loss, or a metric on the validation rows. */
export type Quantity = "training-loss" | "validation-loss" | MetricName;

/** The metric that a quantity is; null for a loss. */
export function metricOf(quantity: Quantity): MetricName | null {
  return quantity === "training-loss" || quantity === "validation-loss" ? null : quantity;
}

/** A run as it is drawn: alone, or the mean of its seeds. */
export interface PlottedRun {
  /** Of the first seed, under the name that all seeds share. */
  run: Pick<RunRecord, "key" | "name" | "slot" | "control" | "configuration">;
  seeds: readonly RunRecord[];
  faded: boolean;
  task: TaskId;
  /** What the verdict says of it on the validation rows; null where it says nothing of them. */
  judged: { metric: MetricName; value: number; low: number; high: number } | null;
}

/**
 * How sure the values of a line are, at each of its points; not a number where that is not known.
 * `seeds`: one standard deviation below and above their mean. `rows`: 95 % intervals.
 */
export interface Intervals {
  of: "seeds" | "rows";
  low: Float64Array;
  high: Float64Array;
}

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
  /** Of the strong values; null where nothing is known of any. */
  intervals: Intervals | null;
}

/**
 * Runs that are not hidden, of the newest comparison and of past ones; these are faded and come
 * first, so that they lie underneath. Past ones of another model or other rows are left out: their
 * figures say other things.
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
      const run = { ...first, name: seeds.length > 1 ? first.variant.group : first.name };
      const judged = judgedOf(comparison.verdict, first.variant.group);
      return { run, seeds, faded, task: comparison.configuration.data.task, judged };
    });
  };
  const newest = current ?? past[0];
  if (!newest) return [];
  const others = past.filter((comparison) => comparison !== newest && areComparable(comparison, newest));
  return [...others.toReversed().flatMap((comparison) => of(comparison, true)), ...of(newest, false)];
}

function judgedOf(verdict: Verdict | undefined, group: string): PlottedRun["judged"] {
  const found = verdict?.part === "validation" ? verdict.runs.find(({ run }) => run === group) : undefined;
  return verdict && found ? { metric: verdict.metric, value: found.value, low: found.low, high: found.high } : null;
}

/** Whether a line is of this run, by itself or as one of its seeds. */
export function isOf({ seeds }: PlottedRun, key: string | null): boolean {
  return seeds.some((seed) => seed.key === key);
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
    const { rows: _, ...line } =
      lines.length === 1
        ? { ...lines[0]!, intervals: rowIntervals(plotted, quantity, lines[0]!) }
        : { ...meanLine(lines), rows: null };
    const { xs, ys, strongValues } = line;
    const smoothed = strongValues !== ys;
    const faint = smoothed && !plotted.faded ? reducePoints(xs, ys) : null;
    return { ...plotted, ...line, faint, strong: reducePoints(xs, strongValues) };
  });
}

interface Line extends Pick<PlottedLine, "xs" | "ys" | "steps" | "strongValues"> {
  /** How many rows each value is of; null where it is of none that were set aside. */
  rows: Float64Array | null;
}

/** A verdict's value is the curve's own where they differ by no more than this. */
const SAME = 1e-6;

/**
 * Of a share of rows at every point, by Wilson; of another metric where the verdict says it, which
 * is at the step whose adapter is held.
 */
function rowIntervals({ task, judged }: PlottedRun, quantity: Quantity, { ys, rows }: Line): Intervals | null {
  const metric = metricOf(quantity);
  if (metric === null || rows === null) return null;
  if (rowShares[task].includes(metric)) {
    const all = Array.from(ys, (share, index) => wilson(share, rows[index]!));
    return {
      of: "rows",
      low: Float64Array.from(all, ({ low }) => low),
      high: Float64Array.from(all, ({ high }) => high),
    };
  }
  const at = judged?.metric === metric ? ys.findLastIndex((y) => Math.abs(y - judged.value) <= SAME) : -1;
  if (judged === null || at < 0) return null;
  const only = (value: number) => Float64Array.from(ys, (_, index) => (index === at ? value : Number.NaN));
  return { of: "rows", low: only(judged.low), high: only(judged.high) };
}

function lineOf({ curves }: RunRecord, quantity: Quantity, axis: AxisUnit, smoothing: number): Line {
  const { steps: trained, evaluations } = curves;
  if (quantity === "training-loss") {
    const xs = trained.column(axis);
    // Comparisons of earlier versions counted no operations.
    const ys = Number.isNaN(xs[0]) ? new Float64Array() : trained.column("loss");
    const strongValues = smoothing > 0 ? smooth(ys, smoothing) : ys;
    return { xs, ys, steps: trained.column("step"), strongValues, rows: null };
  }
  const values = evaluations.column(quantity === "validation-loss" ? "loss" : quantity);
  // A metric may have no value yet (a correlation while every row is given the same number), or be
  // another task's.
  const along = evaluations.column(axis);
  const kept = [...values.keys()].filter(
    (i) => !Number.isNaN(along[i]) && (quantity === "validation-loss" || Number.isFinite(values[i])),
  );
  const [xs, ys, steps, rows] = [along, values, evaluations.column("step"), evaluations.column("rows")].map((column) =>
    kept.length === column.length ? column : Float64Array.from(kept, (i) => column[i]!),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  return { xs, ys, steps, strongValues: ys, rows };
}

/**
 * What steps do not change, as far as the others have come: it takes no tokens, seconds or
 * operations of training, so that by these its own points all lie at 0.
 */
function levelLine(line: Line, end: number): Line {
  const { ys, steps, rows } = line;
  const last = ys.at(-1);
  if (last === undefined || end === 0) return line;
  const level = Float64Array.of(last, last);
  return {
    xs: Float64Array.of(0, end),
    ys: level,
    strongValues: level,
    steps: Float64Array.of(0, steps.at(-1)!),
    rows: rows && Float64Array.of(rows.at(-1)!, rows.at(-1)!),
  };
}

/** The mean of several seeds as far as all of them have come, and how far they lie apart. */
function meanLine(lines: readonly Line[]): Omit<Line, "rows"> & { intervals: Intervals } {
  const length = Math.min(...lines.map(({ ys }) => ys.length));
  const mean = (of: (line: Line) => Float64Array) =>
    Float64Array.from({ length }, (_, i) => spreadOf(lines.map((line) => of(line)[i]!)).mean);
  const spreads = Array.from({ length }, (_, i) => spreadOf(lines.map(({ strongValues }) => strongValues[i]!)));
  const ys = mean((line) => line.ys);
  const smoothed = lines.some((line) => line.strongValues !== line.ys);
  return {
    xs: mean((line) => line.xs),
    ys,
    steps: lines[0]!.steps.slice(0, length),
    strongValues: smoothed ? Float64Array.from(spreads, (spread) => spread.mean) : ys,
    intervals: {
      of: "seeds",
      low: Float64Array.from(spreads, ({ mean, deviation }) => mean - deviation),
      high: Float64Array.from(spreads, ({ mean, deviation }) => mean + deviation),
    },
  };
}

/** The horizontal axis all line charts share: from 0 to where the longest run is, or will be. */
export function horizontalAxis(runs: readonly PlottedRun[], unit: AxisUnit, plannedSteps: number): Axis {
  const end = furthest(runs, unit);
  return openAxis(0, Math.max(end, unit === "step" ? plannedSteps : 0) || 1, { whole: unit !== "seconds" });
}

/** How far the longest run has come. */
function furthest(runs: readonly PlottedRun[], unit: AxisUnit): number {
  const ends = runs.flatMap(({ seeds }) =>
    seeds.map(({ curves }) => Math.max(curves.steps.last(unit) || 0, curves.evaluations.last(unit) || 0)),
  );
  return Math.max(0, ...ends);
}

/** A level is enclosed while the lines still have this share of the axis. */
const LEAST_FOR_LINES = 0.3;

/**
 * The vertical axis for these lines. A logarithmic one leaves out what is not above zero.
 * @param levels values to enclose where the lines stay readable
 */
export function verticalAxis(
  lines: readonly PlottedLine[],
  quantity: Quantity,
  log: boolean,
  levels: readonly number[] = [],
): Axis {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const enclose = (y: number) => {
    if (!Number.isFinite(y) || (log && y <= 0)) return;
    low = Math.min(low, y);
    high = Math.max(high, y);
  };
  for (const { faint, strong, intervals } of lines) {
    for (const points of [faint, strong]) for (const { y } of points ?? []) enclose(y);
    intervals?.low.forEach(enclose);
    intervals?.high.forEach(enclose);
  }
  if (low > high) return { domain: [0, 1], ticks: [0, 0.5, 1] };
  if (log) return logAxis(low, high);
  const room = (high - low) / LEAST_FOR_LINES;
  for (const level of levels) if (Math.max(high, level) - Math.min(low, level) <= room) enclose(level);
  const metric = metricOf(quantity);
  if (metric === null || metricFacts[metric].kind !== "share") return linearAxis(low, high);
  const { domain, ticks } = linearAxis(Math.max(0, low - 0.02), Math.min(1, high + 0.02));
  return { domain: [domain[0], Math.min(1, domain[1])], ticks: ticks.filter((tick) => tick <= 1) };
}
