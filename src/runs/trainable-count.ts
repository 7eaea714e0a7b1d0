/** How many numbers a run trains. */

import type { BaseModel } from "../base/base-model";
import { rowAnswers } from "../methods/answerer";
import { elementCount, type Trainable } from "../program/tensor";
import type { TunedSetup } from "./tuned-program";

/**
 * Numbers of the adapter, of the head and of both, and both in percent of the base model's
 * parameters.
 */
export interface TrainableCount {
  readonly adapter: number;
  readonly head: number;
  readonly total: number;
  readonly percentOfBase: number;
}

/** What a run trains, and what an answerer fits to the training rows instead: that is its head. */
export function trainableOf(
  { method, context, classes }: Pick<TunedSetup, "method" | "context" | "classes">,
  trainables: readonly Trainable[],
  { parameters }: Pick<BaseModel, "parameters">,
): TrainableCount {
  const adapter = countPart(trainables, "adapter");
  const fitted = rowAnswers(method)?.parameters({ width: context.config.hiddenSize, classes }) ?? 0;
  const head = countPart(trainables, "head") + fitted;
  return { adapter, head, total: adapter + head, percentOfBase: (100 * (adapter + head)) / parameters };
}

/** Number of trained values of one part. */
export function countPart(trainables: readonly Trainable[], part: Trainable["part"]): number {
  return trainables.filter((tensor) => tensor.part === part).reduce((sum, { shape }) => sum + elementCount(shape), 0);
}
