/**
 * A task's evaluations as calibration reads them: what is tuned on one, what another says then, and
 * how it is measured.
 */

import {
  type Calibration,
  decidingLogits,
  type MeasuredCalibration,
  tuneCalibration,
} from "../calibration/calibration";
import type { LabelledLogits } from "../calibration/labelled-logits";
import { reliabilityOf } from "../calibration/reliability";
import type { TokenizedExample } from "../data/tokens";
import type { Evaluation, Task } from "./task";

/** What a run said of rows, in their order. */
interface Said {
  readonly evaluation: Evaluation;
  readonly examples: readonly TokenizedExample[];
}

/** Tuned on what a run said of validation rows; null where the task has no chances. */
export function calibrate(task: Task, said: Said, labels: readonly string[]): Calibration | null {
  const rows = labelledLogits(task, said);
  return rows && tuneCalibration(rows, labels);
}

/**
 * The evaluation with logits as they decide, of which every metric and answer of the task is made.
 * Losses stay those of the logits as they were trained. Default: as it is.
 */
export function calibrated(evaluation: Evaluation, calibration: Calibration | null): Evaluation {
  if (!calibration) return evaluation;
  return { ...evaluation, outputs: evaluation.outputs.map((logits) => decidingLogits(logits, calibration)) };
}

/** What a calibration does on rows; null where the task has no chances. */
export function measureCalibration(
  task: Task,
  calibration: Calibration,
  said: Said & Pick<MeasuredCalibration, "part" | "imported">,
  labels: readonly string[],
): MeasuredCalibration | null {
  const { evaluation, examples, part, imported } = said;
  const rows = labelledLogits(task, said);
  if (!rows) return null;
  const f1 = (own: Evaluation) => task.figures(own, examples, labels).perClass!.rows.map((row) => row.f1);
  const [before, after] = calibration.thresholds ? [f1(evaluation), f1(calibrated(evaluation, calibration))] : [];
  return {
    ...calibration,
    ...{ part, imported, rows: examples.length },
    before: reliabilityOf(rows, 1),
    after: reliabilityOf(rows, calibration.temperature),
    thresholdFigures:
      calibration.thresholds?.map((threshold, index) => ({
        label: labels[index]!,
        threshold,
        before: before![index]!,
        after: after![index]!,
      })) ?? null,
  };
}

function labelledLogits({ chances }: Task, { evaluation, examples }: Said): LabelledLogits | null {
  if (!chances) return null;
  return { several: chances.several, logits: evaluation.outputs, truth: examples.map(chances.labelsOf) };
}
