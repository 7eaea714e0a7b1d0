/**
 * What training reports while it goes on, and what can be asked of it afterwards. Types only; all
 * of it can be cloned.
 */

import type { Answer, TaskId } from "../data/types";
import type { Bytes } from "../executors/bytes";
import type { Observation } from "../methods/controller";
import type { MetricName, Metrics } from "../tasks/metrics/names";
import type { Figures, RowAnswer, RowWords } from "../tasks/row-answer";

export type { ByteCategory } from "../executors/bytes";
export type { ModuleRank } from "../methods/controller";
export type { RowAnswer } from "../tasks/row-answer";
export type MemoryBytes = Bytes;

export type RunState = "waiting" | "preparing" | "running" | "paused" | "finished" | "stopped" | "failed";

export interface StepEvent {
  type: "step";
  run: string;
  step: number;
  epoch: number;
  loss: number;
  learningRate: number;
  gradNorm: number;
  /**
   * What the method adds to the loss (AdaLoRA's orthogonality), if it adds anything; `loss` is the
   * task's alone.
   */
  penalty?: number;
  /** Real (unpadded) tokens seen so far. */
  tokens: number;
  /** Seconds of this run's own training so far. */
  seconds: number;
  /** This run alone on the shared weights. */
  memoryBytes: MemoryBytes;
}

/** With the metrics that the task has; of test rows once, when the run has ended. */
export interface EvaluationEvent extends Metrics {
  type: "evaluation";
  run: string;
  step: number;
  split: "validation" | "test";
  loss: number;
  rows: number;
  tokens: number;
  seconds: number;
}

/** What a method lets be seen of its training, about a hundred times. */
export type ObservationEvent = Observation & { run: string; step: number };
export type RanksEvent = Extract<ObservationEvent, { type: "ranks" }>;
export type SharesEvent = Extract<ObservationEvent, { type: "shares" }>;
export type DistancesEvent = Extract<ObservationEvent, { type: "distances" }>;

export interface RunStateEvent {
  type: "run-state";
  run: string;
  state: RunState;
  /**
   * For `failed`: a named reason, for example `not a number`, `device lost`, `out of memory`, `GPU
   * validation error`; for
   * `finished`: why it did so before the last step.
   */
  reason: string | null;
  /** The last step whose adapter is kept; the run can continue from it. */
  lastGoodStep: number | null;
  /**
   * The evaluated step whose adapter the run holds: the last, or with `keepBest` the best once it
   * has ended.
   */
  heldStep: number | null;
}

export interface ComparisonStateEvent {
  type: "comparison-state";
  state: "idle" | "preparing" | "running" | "paused" | "finished" | "stopped" | "failed";
  step: number;
  steps: number;
  reason: string | null;
  /** Everything on the device: weights once, all runs, what they share. */
  memoryBytes: MemoryBytes;
}

/**
 * A wait, and what for. `total` is null where it cannot be known. `withProgress` (`waiting.ts`)
 * makes these.
 */
export interface ProgressEvent {
  type: "progress";
  /** The same from the beginning of a wait to its end, and no other's in this worker. */
  id: number;
  /** An end says the last amounts once more. */
  phase: "begin" | "update" | "end";
  wait:
    | "downloading model"
    | "checking model"
    | "reading data"
    | "tokenising"
    | "loading weights"
    | "semantic pass"
    | "reading training rows"
    | "compiling kernels"
    | "evaluating"
    | "predicting";
  detail: string;
  done: number;
  total: number | null;
  unit: "bytes" | "rows" | "programs" | "batches";
}

/** Something a person should know of a run that goes on all the same. */
export interface NoticeEvent {
  type: "notice";
  run: string;
  message: string;
}

/** What a run has written so far. */
export interface GenerationEvent {
  type: "generation";
  /** A run's name; null: the frozen model. */
  writer: string | null;
  before: boolean;
  /** Which of the prompts. */
  prompt: number;
  text: string;
}

export interface DeviceLostEvent {
  type: "device-lost";
  reason: string;
}

export type StudioEvent =
  | StepEvent
  | EvaluationEvent
  | ObservationEvent
  | RunStateEvent
  | ComparisonStateEvent
  | ProgressEvent
  | GenerationEvent
  | NoticeEvent
  | DeviceLostEvent;

export type Prediction = RowAnswer & {
  /** `base` is the untrained model with the same untrained head. */
  run: string;
  tokens: number;
  truncated: boolean;
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
  /** Validation rows with the largest loss first. */
  wrongest: ReportRow[];
}
