/**
 * How well a run answers the validation rows with the adapter that it holds: the first figure of
 * its row.
 */

import { type MetricName, rowShares } from "../../tasks/metrics/names";
import { wilson } from "../../verdict/wilson";
import { formatCount, formatPlural } from "../numbers";
import { isTrained } from "../store/is-trained";
import type { Comparison, RunRecord } from "../store/state";

export interface Score {
  value: number;
  /** After which step; null where nothing is trained. */
  step: number | null;
  /** How many rows it is of. */
  rows: number;
  /** In which 95 of 100 sets of rows would have it; null where that is not known. */
  interval: { low: number; high: number } | null;
}

type Judged = Pick<Comparison, "configuration" | "verdict">;

/**
 * Of all validation rows where they were measured at the end, else at the step whose adapter is
 * held; null before the first evaluation.
 */
export function scoreOf(run: RunRecord, { configuration, verdict }: Judged, metric: MetricName): Score | null {
  const found = measured(run, metric);
  if (found === null) return null;
  const { value, rows } = found;
  const judged =
    verdict?.metric === metric && verdict.part === "validation" && verdict.rows === rows
      ? verdict.runs.find((one) => one.run === run.variant.group && one.seeds === 1)
      : undefined;
  const isShare = rowShares[configuration.data.task].includes(metric);
  const interval = judged ? { low: judged.low, high: judged.high } : isShare ? wilson(value, rows) : null;
  return { ...found, step: isTrained(run) ? found.step : null, interval };
}

function measured({ complete, heldStep, curves }: RunRecord, metric: MetricName) {
  const ofAll = complete?.[metric];
  if (complete && ofAll !== undefined) return { value: ofAll, step: complete.step, rows: complete.rows };
  const { evaluations } = curves;
  const [values, steps, rows] = [evaluations.column(metric), evaluations.column("step"), evaluations.column("rows")];
  const known = [...values.keys()].filter((index) => Number.isFinite(values[index]));
  const at = known.findLast((index) => steps[index] === heldStep) ?? known.at(-1);
  return at === undefined ? null : { value: values[at]!, step: steps[at]!, rows: rows[at]! };
}

/**
 * Which figures of the table are of all validation rows and which of those that were measured while
 * training, in a sentence; null before anything was measured.
 */
export function measuredRows({ runs, parts }: Pick<Comparison, "runs" | "parts">): string | null {
  const whileTraining = new Set(runs.flatMap(({ curves }) => curves.evaluations.last("rows") ?? []));
  const atEnd = new Set(runs.flatMap(({ complete }) => complete?.rows ?? []));
  const [some] = whileTraining;
  if (some === undefined || whileTraining.size > 1) return null;
  const [all = parts?.validation ?? some] = atEnd;
  if (some === all) return `Scores and validation losses are of ${formatPlural(all, "validation row")}.`;
  const sample = `the same ${formatCount(some)} of ${formatPlural(all, "validation row")}`;
  return atEnd.size > 0
    ? `Scores and validation losses are of all ${formatPlural(all, "validation row")}; best values and steps to a loss are of ` +
        `${sample}, measured while training.`
    : `All figures are of ${sample}, measured while training: the others are measured at the end.`;
}
