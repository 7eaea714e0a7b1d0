/** From runs to the lines a chart draws: which column, how smooth, how many points, how far the axes reach. */

import type { AxisUnit, Comparison, RunRecord } from "../store/state";
import { type Point, reducePoints } from "./reduce-points";
import { smooth } from "./smooth";
import { type Axis, linearAxis, logAxis, openAxis } from "./ticks";

export type Quantity = "training-loss" | "validation-loss" | "validation-accuracy";

export interface PlottedRun {
  run: RunRecord;
  faded: boolean;
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
}

/** Runs that are not hidden; those of past comparisons are faded and come first, so that they lie underneath. */
export function plottedRuns(
  current: Comparison | null,
  past: readonly Comparison[],
  hidden: ReadonlySet<string>,
): PlottedRun[] {
  const of = (comparison: Comparison, faded: boolean) =>
    comparison.runs.filter((run) => !hidden.has(run.key)).map((run) => ({ run, faded }));
  return [...past.toReversed().flatMap((comparison) => of(comparison, true)), ...(current ? of(current, false) : [])];
}

/** @param smoothing weight of the moving average; only training loss is smoothed */
export function plottedLines(
  runs: readonly PlottedRun[],
  quantity: Quantity,
  axis: AxisUnit,
  smoothing: number,
): PlottedLine[] {
  return runs.flatMap(({ run, faded }) => {
    const { steps: trained, evaluations } = run.curves;
    const training = quantity === "training-loss";
    const xs = training ? trained.column(axis) : evaluations.column(axis);
    const ys = training
      ? trained.column("loss")
      : evaluations.column(quantity === "validation-loss" ? "loss" : "accuracy");
    if (ys.length === 0) return [];
    const smoothed = training && smoothing > 0;
    const strongValues = smoothed ? smooth(ys, smoothing) : ys;
    return {
      run,
      faded,
      xs,
      ys,
      steps: training ? trained.column("step") : evaluations.column("step"),
      strongValues,
      faint: smoothed && !faded ? reducePoints(xs, ys) : null,
      strong: reducePoints(xs, strongValues),
    };
  });
}

/** The horizontal axis all line charts share: from 0 to where the longest run is, or will be. */
export function horizontalAxis(runs: readonly PlottedRun[], unit: AxisUnit, plannedSteps: number): Axis {
  let end = 0;
  for (const { run } of runs) {
    end = Math.max(end, run.curves.steps.last(unit) ?? 0, run.curves.evaluations.last(unit) ?? 0);
  }
  if (unit === "step") end = Math.max(end, plannedSteps);
  return openAxis(0, end || 1);
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
  }
  if (low > high) return { domain: [0, 1], ticks: [0, 0.5, 1] };
  if (log) return logAxis(low, high);
  if (quantity !== "validation-accuracy") return linearAxis(low, high);
  const { domain, ticks } = linearAxis(Math.max(0, low - 0.02), Math.min(1, high + 0.02));
  return { domain: [domain[0], Math.min(1, domain[1])], ticks: ticks.filter((tick) => tick <= 1) };
}
