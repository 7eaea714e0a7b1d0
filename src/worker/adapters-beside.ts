/**
 * Adapters beside the comparison on the page, as the page sees them: imported folders and sums of
 * runs.
 */

import type { Combination } from "../adapters/sum-lora";
import type { RunEstimate } from "../estimate/estimate";
import type { Configuration, RunConfiguration } from "../plan/configuration";
import type { EvaluationEvent } from "../plan/events";

export interface ImportedAdapter {
  run: string;
  method: string;
  base: string;
  /** As a run of the comparison would be configured, with everything it has of its own. */
  configuration: RunConfiguration;
  trainable: RunEstimate["trainable"];
  /** Whether it is a sum of runs, not a folder. */
  summed: boolean;
  evaluation: EvaluationEvent | null;
  /** The step its training was left at, of so many planned; null without a training state. */
  step: number | null;
  steps: number | null;
}

/** A weighted sum of adapters on the open model; see `Combination`. */
export interface SumRequest {
  parts: { run: string; weight: number }[];
  combination: Combination;
}

/** How the training of an imported adapter would go on. */
export interface Continuation {
  /** With one run, that of the adapter. */
  configuration: Configuration;
  from: number;
  /** Peak of the schedule. */
  learningRate: number;
  /** What keeps it from going on exactly as it was planned, in plain words. */
  notices: string[];
}
