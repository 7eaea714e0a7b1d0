/**
 * Adapters beside the comparison on the page, as the page sees them: imported folders, sums of
 * runs, and folders of other labels that runs may start from.
 */

import type { SourceFile } from "../adapters/folder";
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
  /** Of how it was read, in plain words. */
  notices: string[];
  /** As trained: without the temperature and thresholds that may have come with it. */
  evaluation: EvaluationEvent | null;
  /** Of all validation rows, where `evaluation` is of those that are measured while training. */
  complete?: EvaluationEvent;
  /** Whether labels have thresholds of their own that came with it. */
  hasThresholds: boolean;
  /** The step its training was left at, of so many planned; null without a training state. */
  step: number | null;
  steps: number | null;
}

/** A folder that was trained for other labels, or another task: a run may start from its rest. */
export interface AdapterStart {
  /** The file that was imported, and the tensors' file in it with its SHA-256. */
  name: string;
  source: SourceFile | null;
  /** How its labels or its task differ from the open data's. */
  differs: string;
  /** Tensors and numbers that are taken. Its head is left. */
  taken: { tensors: number; values: number };
  /** Of how it was read, in plain words. */
  notices: string[];
  /** What would start from it: `initFrom` names the folder while the page is open. */
  run: RunConfiguration;
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
