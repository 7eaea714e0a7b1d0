/** What a reader of a file's predictions or scores should know of how they were calibrated. */

import type { Calibration } from "../calibration/calibration";

/** A run, and what its answers are read with; null: nothing. */
export interface ReadRun {
  readonly run: string;
  readonly calibration: Calibration | null;
}

/** That chances are divided by a temperature; nothing where none are shown. */
export function temperatureNotices(runs: readonly ReadRun[]): string[] {
  return runs.flatMap(({ run, calibration }) =>
    calibration && !calibration.thresholds
      ? [`Chances of ${run} are calibrated: its logits are divided by ${calibration.temperature}.`]
      : [],
  );
}

/** That labels are given above thresholds of their own. */
export function thresholdNotices(runs: readonly ReadRun[]): string[] {
  return runs.flatMap(({ run, calibration }) =>
    calibration?.thresholds
      ? [`${run} gives a label where its chance is above the label's own threshold, tuned on its validation rows.`]
      : [],
  );
}
