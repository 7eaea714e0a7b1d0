/** What an evaluation says in figures: per class, per entity type, and row by row. */

import type { MeasuredCalibration } from "../calibration/calibration";
import { formats } from "../data/formats/registry";
import type { TokenizedExample } from "../data/tokens";
import type { DialState, ReportRow, RunReport } from "../plan/reports";
import { bootstrap } from "../tasks/bootstrap";
import { taskMetrics } from "../tasks/metrics/names";
import type { Evaluation, Task } from "../tasks/task";

const WRONGEST = 20;

export interface ReportSource {
  readonly run: string;
  readonly task: Task;
  readonly evaluation: Evaluation;
  readonly examples: readonly TokenizedExample[];
  /** Of every row. */
  readonly texts: readonly string[];
  readonly labels: readonly string[];
  /** Text of a token id, for language tasks. */
  readonly decode: (ids: readonly number[]) => string;
  readonly dial: DialState | null;
  /** By which the evaluation decides; null: none. */
  readonly calibration: MeasuredCalibration | null;
  /** Of the bootstrap. */
  readonly seed: number;
}

/** The rows with the largest loss first. */
export function reportEvaluation(source: ReportSource): RunReport {
  const { run, task, evaluation, examples, labels, dial, calibration, seed } = source;
  const [main] = taskMetrics[task.id];
  return {
    run,
    task: task.id,
    answer: formats[task.id].answer,
    truth: task.truth,
    labels: [...labels],
    metrics: task.measure(evaluation, examples, labels),
    metricsNote: [
      ...(task.metricsNote ? [task.metricsNote] : []),
      ...(calibration?.thresholds ? [thresholdsNote(calibration)] : []),
    ].join(" "),
    interval: { metric: main, ...bootstrap(task, evaluation, examples, labels, seed) },
    dial,
    calibration,
    wrongest: wrongestRows(source),
    ...task.figures(evaluation, examples, labels),
  };
}

/** The rows of a report are those that thresholds are tuned on. */
function thresholdsNote({ imported }: MeasuredCalibration): string {
  return imported
    ? "Labels are given above the thresholds that came with the adapter."
    : "Labels are given above thresholds that were tuned on these very rows, so all figures here look better than they " +
        "would on other rows.";
}

function wrongestRows({ task, evaluation, examples, texts, labels, decode }: ReportSource): ReportRow[] {
  const mean = evaluation.losses.map((losses, row) => {
    const counted = losses.filter((_, place) => examples[row]!.labels[place]! >= 0);
    return counted.reduce((sum, loss) => sum + loss, 0) / Math.max(1, counted.length);
  });
  const order = [...mean.keys()].sort((a, b) => mean[b]! - mean[a]!).slice(0, WRONGEST);
  return order.map((row) => ({
    row: examples[row]!.row,
    text: texts[row]!,
    loss: mean[row]!,
    ...task.describe({ example: examples[row]!, output: evaluation.outputs[row]!, labels, decode }),
  }));
}
