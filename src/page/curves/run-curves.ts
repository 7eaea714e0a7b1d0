/** The two tables a run leaves behind: one row per training step, one row per evaluation. */

import { type MetricName, metricFacts, metricNames } from "../../tasks/metrics/names";
import type { EvaluationEvent, StepEvent } from "../../worker/api";
import { GrowingTable, type TableSnapshot } from "./growing-table";

const stepColumns = [
  "step",
  "epoch",
  "loss",
  "learningRate",
  "gradNorm",
  "tokens",
  "keptTokens",
  "weightSum",
  "seconds",
  "flops",
  "memoryBytes",
] as const;
const evaluationColumns = ["step", "loss", ...metricNames, "rows", "tokens", "keptTokens", "seconds", "flops"] as const;

export type StepColumn = (typeof stepColumns)[number];
export type EvaluationColumn = (typeof evaluationColumns)[number];

export interface RunCurves {
  steps: GrowingTable<StepColumn>;
  evaluations: GrowingTable<EvaluationColumn>;
}

export interface CurvesSnapshot {
  steps: TableSnapshot<StepColumn>;
  evaluations: TableSnapshot<EvaluationColumn>;
}

export function createCurves(snapshot?: CurvesSnapshot): RunCurves {
  return {
    steps: new GrowingTable(stepColumns, snapshot?.steps),
    evaluations: new GrowingTable(evaluationColumns, snapshot?.evaluations),
  };
}

export function snapshotCurves(curves: RunCurves): CurvesSnapshot {
  return {
    steps: withoutUncounted(curves.steps.snapshot()),
    evaluations: withoutUncounted(curves.evaluations.snapshot()),
  };
}

/** A curve of a time before these were counted is kept as it was. */
function withoutUncounted<Column extends string>({ length, columns }: TableSnapshot<Column>): TableSnapshot<Column> {
  const counted = Object.entries<Float64Array>(columns).filter(
    ([name, values]) => (name !== "keptTokens" && name !== "weightSum") || !values.every(Number.isNaN),
  );
  return { length, columns: Object.fromEntries(counted) as TableSnapshot<Column>["columns"] };
}

/**
 * Adds a step. When the run went back to an earlier step, what was recorded from there on is
 * dropped.
 */
export function addStep(curves: RunCurves, event: StepEvent): void {
  // Only then: losses are read back a few steps late, so an evaluation may rightly arrive before
  // its step.
  if ((curves.steps.last("step") ?? Number.NEGATIVE_INFINITY) >= event.step) {
    curves.steps.truncate("step", event.step);
    curves.evaluations.truncate("step", event.step);
  }
  const { step, epoch, loss, learningRate, gradNorm, tokens, seconds, flops } = event;
  const { keptTokens = Number.NaN, weightSum = Number.NaN } = event;
  curves.steps.push({
    step,
    epoch,
    loss,
    learningRate,
    gradNorm,
    tokens,
    keptTokens,
    weightSum,
    seconds,
    flops,
    memoryBytes: event.memoryBytes.total,
  });
}

/** Adds an evaluation; an earlier one of the same step is replaced. */
export function addEvaluation(curves: RunCurves, event: EvaluationEvent): void {
  curves.evaluations.truncate("step", event.step);
  const { step, loss, rows, tokens, keptTokens = Number.NaN, seconds, flops } = event;
  const metrics = Object.fromEntries(metricNames.map((name) => [name, event[name] ?? Number.NaN]));
  const measured = metrics as Record<MetricName, number>;
  curves.evaluations.push({ step, loss, ...measured, rows, tokens, keptTokens, seconds, flops });
}

export interface Speed {
  secondsPerStep: number;
  tokensPerSecond: number;
  stepsPerSecond: number;
}

/** Seconds and tokens of a run's own recent training, over its last `window` steps. */
export function recentSpeed(curves: RunCurves, window = 20): Speed | null {
  return meanSpeed([curves], window);
}

/** The same over several runs, as seeds are: all their steps by all their seconds. */
export function meanSpeed(runs: readonly RunCurves[], window: number): Speed | null {
  let [elapsed, done, read] = [0, 0, 0];
  for (const { steps } of runs) {
    const end = steps.length - 1;
    const start = Math.max(0, end - window);
    if (end <= start) continue;
    const between = (name: "seconds" | "tokens" | "step") => steps.column(name)[end]! - steps.column(name)[start]!;
    if (!(between("seconds") > 0) || between("step") <= 0) continue;
    elapsed += between("seconds");
    done += between("step");
    read += between("tokens");
  }
  if (done === 0) return null;
  return { secondsPerStep: elapsed / done, stepsPerSecond: done / elapsed, tokensPerSecond: read / elapsed };
}

export interface EvaluationSummary {
  best: number | null;
  last: number | null;
}

/**
 * Best (smallest for losses and errors, else largest) and last value of an evaluation column.
 * @param trains whether the run is trained: what it says before its first step is luck then, and
 * never its best
 */
export function summarise(curves: RunCurves, column: "loss" | MetricName, trains: boolean): EvaluationSummary {
  const steps = curves.evaluations.column("step");
  const all = curves.evaluations.column(column);
  const measured = [...all.keys()].filter((index) => Number.isFinite(all[index]));
  const last = measured.at(-1);
  const values = measured.filter((index) => !trains || steps[index]! > 0).map((index) => all[index]!);
  const lowest = column === "loss" || metricFacts[column].better === "low";
  const best = values.length === 0 ? null : lowest ? Math.min(...values) : Math.max(...values);
  return { best, last: last === undefined ? null : all[last]! };
}

/**
 * First step from 1 on whose validation loss is at or below `target`; null if never. What a run
 * says before its first step was not reached by training.
 */
export function stepsToLoss(curves: RunCurves, target: number): number | null {
  const losses = curves.evaluations.column("loss");
  const steps = curves.evaluations.column("step");
  return steps.find((step, index) => step > 0 && losses[index]! <= target) ?? null;
}
