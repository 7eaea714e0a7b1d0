/**
 * What training reports while it goes on. Types only; all of it can be cloned. Not for what can be
 * asked of it: `reports.ts`.
 */

import type { MeasuredCalibration } from "../calibration/calibration";
import type { ChosenRows } from "../data/types";
import type { Bytes } from "../executors/bytes";
import type { Observation } from "../methods/controller";
import type { Metrics } from "../tasks/metrics/names";
import type { RateSearch } from "./rate-search";

export type { ByteCategory } from "../executors/bytes";
export type { ModuleRank } from "../methods/controller";
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
  /**
   * With noise in training rows: tokens of this step's batch that might have been replaced, and
   * that were.
   */
  replaceableTokens?: number;
  replacedTokens?: number;
  /** Real (unpadded) tokens seen so far. */
  tokens: number;
  /**
   * Tokens that were learned from so far: of rows and labels that weigh more than 0
   * (`data/kept-tokens.ts`). Earlier versions counted none.
   */
  keptTokens?: number;
  /** What the labels of this step count for together; without weights how many there are. */
  weightSum?: number;
  /** Rows of this step's batch that were learned from, of a run that prunes its batches. */
  keptRows?: number;
  /** Seconds of this run's own training so far. */
  seconds: number;
  /**
   * Floating-point operations of its training so far, as its plan counts them (`runs/flops.ts`).
   */
  flops: number;
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
  /** As of the last step before it. */
  keptTokens?: number;
  /**
   * Of all validation rows where only some were measured while training: once, when the run has
   * ended. It is no point of the curve, which is of those.
   */
  complete?: true;
  tokens: number;
  seconds: number;
  flops: number;
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
   * For `failed`: a named reason, for example `not a number`, `device lost`, `out of memory`,
   * `GPU validation error`; for `finished`: why it did so before the last step.
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
    | "downloading data"
    | "reading data"
    | "tokenising"
    | "loading weights"
    | "semantic pass"
    | "reading training rows"
    | "fitting"
    | "reading rows"
    | "reading words"
    | "searching rates"
    | "choosing rows"
    | "decomposing weights"
    | "compiling kernels"
    | "evaluating"
    | "predicting"
    | "scoring"
    | "looking for label errors";
  detail: string;
  done: number;
  total: number | null;
  unit: "bytes" | "rows" | "programs" | "batches" | "steps" | "folds" | "words" | "weights";
}

/** How sure a run may be was tuned when it had ended, and measured. */
export interface CalibrationEvent {
  type: "calibration";
  run: string;
  calibration: MeasuredCalibration;
}

/** Something a person should know of a run that goes on all the same. */
export interface NoticeEvent {
  type: "notice";
  run: string;
  message: string;
}

/** A run's learning rate has been searched. */
export interface RateSearchEvent {
  type: "rate-search";
  search: RateSearch;
}

/** Training rows have been chosen: of every fold or repeat. */
export interface SelectionEvent {
  type: "selection";
  chosen: readonly ChosenRows[];
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

/** Adapters of an evaluation are about to be written to this browser's storage. */
export interface KeepingEvent {
  type: "keeping";
}

/**
 * Adapters of an evaluation were written to this browser's storage; `problem`: why they were not.
 */
export interface KeptEvent {
  type: "kept";
  problem: string | null;
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
  | RateSearchEvent
  | SelectionEvent
  | CalibrationEvent
  | NoticeEvent
  | KeepingEvent
  | KeptEvent
  | DeviceLostEvent;
