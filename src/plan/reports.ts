/**
 * What can be asked of a trained run: predictions, evaluations at a setting, its report. Types
 * only; all of it can be cloned.
 */

import type { MeasuredCalibration } from "../calibration/calibration";
import type { Answer, TaskId } from "../data/types";
import type { MetricName, Metrics } from "../tasks/metrics/names";
import type { Figures, RowAnswer, RowWords } from "../tasks/row-answer";

export type { RowAnswer } from "../tasks/row-answer";

export type Prediction = RowAnswer & {
  /** `base` is the untrained model with the same untrained head. */
  run: string;
  tokens: number;
  /** Tokens that were cut off. */
  leftOut: number;
  /** Whether its chances are divided by a temperature, and thresholds are its own. */
  calibrated: boolean;
};

/**
 * What can be chosen after training without training again (DyLoRA's rank), and what is chosen now.
 */
export interface DialState {
  title: string;
  least: number;
  most: number;
  setting: number;
}

/** A run on the validation rows at one setting of its dial. */
export interface SettingEvaluation extends Metrics {
  setting: number;
  loss: number;
  /** Numbers of the adapter that would be downloaded. */
  parameters: number;
}

/** A validation row as a run read it. */
export interface ReportRow extends RowWords {
  row: number;
  text: string;
  loss: number;
}

export interface RunReport extends Figures {
  run: string;
  task: TaskId;
  answer: Answer;
  /** What is true of a row, as a heading. */
  truth: string;
  /** Null for most methods; predictions, downloads and this report are at its setting. */
  dial: DialState | null;
  labels: string[];
  metrics: Metrics;
  /** What the metrics are over, where their names do not say it; may be empty. */
  metricsNote: string;
  /** 95 % of the task's first metric over 1,000 resamples of the validation rows. */
  interval: { metric: MetricName; low: number; high: number };
  /** Null where it was not calibrated; else all that is said above goes by it. */
  calibration: MeasuredCalibration | null;
  /** Validation rows with the largest loss first. */
  wrongest: ReportRow[];
}
