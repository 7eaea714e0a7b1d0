/**
 * Learning rates: what an adapter's and a head's peak is, and the rate over a run, as transformers'
 * get_scheduler: linear warm-up, then linear, cosine or no decay.
 */

import { defaultLearningRate } from "../methods/learning-rate";
import type { ModelFacts } from "../methods/method";
import { approachOf } from "../methods/registry";
import type { RunConfiguration, TrainingConfiguration } from "./configuration";
import { MOST_STEPS } from "./limits";

export type ScheduleKind = "linear" | "cosine" | "constant";

export interface Schedule {
  readonly kind: ScheduleKind;
  readonly steps: number;
  /** Share of `steps`, rounded up. */
  readonly warmupRatio: number;
  /** Warm-up steps at least, but no more of them than a quarter of `steps`, rounded down. */
  readonly leastWarmupSteps: number;
}

/**
 * Steps before the peak. One step at least is at the peak: the first update of a warm-up is at rate
 * 0, so that a training of one step would learn nothing.
 */
export function warmupSteps({ steps, warmupRatio, leastWarmupSteps }: Omit<Schedule, "kind">): number {
  const asked = Math.max(Math.ceil(steps * warmupRatio), Math.min(leastWarmupSteps, Math.floor(steps / 4)));
  return Math.max(0, Math.min(asked, steps - 1));
}

/**
 * Factor on the peak learning rate of update `step` (0 is the first; with warm-up its factor is 0).
 */
export function scheduleFactor({ kind, ...length }: Schedule, step: number): number {
  const { steps } = length;
  const warmup = warmupSteps(length);
  if (step < warmup) return step / warmup;
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  if (kind === "linear") return Math.max(0, 1 - progress);
  if (kind === "cosine") return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
  return 1;
}

/**
 * The peak learning rate of a run's adapter: its own, the one for all, or its method's default on
 * the model. Of a run that trains its head alone it is the head's: its own, or the one of all
 * heads. 0 where nothing is trained. One that is still to be searched counts as the method's
 * default.
 */
export function peakLearningRate(
  run: Pick<RunConfiguration, "method" | "learningRate">,
  training: Pick<TrainingConfiguration, "learningRate" | "headLearningRate">,
  model: ModelFacts,
): number {
  const approach = approachOf(run.method);
  if (!approach.trains) return 0;
  const { headLearningRate } = training;
  const asHeads = approach.headOnly && headLearningRate !== "adapter";
  const own = asHeads ? headLearningRate : defaultLearningRate(approach, model);
  const set = run.learningRate ?? (asHeads ? undefined : training.learningRate);
  return set === undefined || set === "search" ? own : set;
}

/**
 * The peak learning rate of the head beside a run's adapter; null: a factor on the adapter's, which
 * is the method's own, or 1.
 */
export function sharedHeadRate(
  { method }: Pick<RunConfiguration, "method">,
  { headLearningRate }: Pick<TrainingConfiguration, "headLearningRate">,
): number | null {
  const approach = approachOf(method);
  if (!approach.trains || approach.headOnly || approach.headLearningRateScale) return null;
  return headLearningRate === "adapter" ? null : headLearningRate;
}

const DEFAULT_EPOCHS = 3;

/**
 * `steps` wins over `epochs`; without either, three epochs.
 * @throws {Error} with both numbers where epochs make more steps than there may be.
 */
export function trainingSteps(
  { steps, epochs }: Pick<TrainingConfiguration, "steps" | "epochs">,
  batchesPerEpoch: number,
): number {
  const asked = steps ?? Math.max(1, Math.ceil((epochs ?? DEFAULT_EPOCHS) * batchesPerEpoch));
  if (asked <= MOST_STEPS) return asked;
  throw new Error(
    `${epochs} epochs of ${batchesPerEpoch} batches are ${asked} steps; there may be ${MOST_STEPS}. Lower the epochs.`,
  );
}
