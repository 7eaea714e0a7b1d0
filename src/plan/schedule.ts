/**
 * The learning rate over a run, as transformers' get_scheduler: linear warm-up, then linear, cosine
 * or no decay.
 */

import { defaultLearningRate } from "../methods/learning-rate";
import type { ModelFacts } from "../methods/method";
import { approachOf } from "../methods/registry";
import type { RunConfiguration, TrainingConfiguration } from "./configuration";

export type ScheduleKind = "linear" | "cosine" | "constant";

export interface Schedule {
  readonly kind: ScheduleKind;
  readonly steps: number;
  /** Share of `steps`, rounded up. */
  readonly warmupRatio: number;
}

/**
 * Factor on the peak learning rate of update `step` (0 is the first; with warm-up its factor is 0).
 */
export function scheduleFactor({ kind, steps, warmupRatio }: Schedule, step: number): number {
  const warmup = Math.ceil(steps * warmupRatio);
  if (step < warmup) return step / warmup;
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  if (kind === "linear") return Math.max(0, 1 - progress);
  if (kind === "cosine") return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
  return 1;
}

/**
 * A run's peak learning rate: its own, the one for all, or its method's default on the model; 0
 * where nothing is trained.
 */
export function peakLearningRate(
  run: Pick<RunConfiguration, "method" | "learningRate">,
  training: Pick<TrainingConfiguration, "learningRate">,
  model: ModelFacts,
): number {
  const approach = approachOf(run.method);
  if (!approach.trains) return 0;
  return run.learningRate ?? training.learningRate ?? defaultLearningRate(approach, model);
}

const DEFAULT_EPOCHS = 3;

/** `steps` wins over `epochs`; without either, three epochs. */
export function trainingSteps(
  { steps, epochs }: Pick<TrainingConfiguration, "steps" | "epochs">,
  batchesPerEpoch: number,
): number {
  return steps ?? Math.max(1, Math.ceil((epochs ?? DEFAULT_EPOCHS) * batchesPerEpoch));
}
