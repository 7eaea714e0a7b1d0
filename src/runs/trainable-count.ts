/** How many numbers a run trains. */

import { originOf } from "../adapters/forms/registry";
import type { BaseModel } from "../base/base-model";
import { rowAnswers } from "../methods/answerer";
import { elementCount, type Tensor, type Trainable } from "../program/tensor";
import type { TunedProgram, TunedSetup } from "./tuned-program";

/**
 * Numbers of the adapter, of the head and of both, and both in percent of the base model's
 * parameters.
 */
export interface TrainableCount {
  readonly adapter: number;
  readonly head: number;
  readonly total: number;
  readonly percentOfBase: number;
  /**
   * Numbers of the prompt or prefix that stays where what makes it (an MLP, a map F) is dropped
   * after training; left out where the adapter is kept as it was trained.
   */
  readonly kept?: number;
}

/**
 * What a run trains, and what an answerer fits to the training rows instead: that is its head.
 * `front`: what the method puts before the input; default: nothing that is made by what it trains.
 */
export function trainableOf(
  { method, options, context, classes }: Pick<TunedSetup, "method" | "options" | "context" | "classes">,
  trainables: readonly Trainable[],
  { parameters }: Pick<BaseModel, "parameters">,
  front?: TunedProgram["front"],
): TrainableCount {
  const adapter = countPart(trainables, "adapter");
  const fitted = rowAnswers(method)?.parameters({ width: context.config.hiddenSize, classes }) ?? 0;
  const head = countPart(trainables, "head") + fitted;
  const made = front && originOf(method.exportForm(options, context)) !== "trained";
  const kept = made ? sizeOf([...(front.prompt ? [front.prompt] : []), ...front.keys, ...front.values]) : undefined;
  const percentOfBase = (100 * (adapter + head)) / parameters;
  return { adapter, head, total: adapter + head, percentOfBase, ...(kept !== undefined && { kept }) };
}

/** Number of trained values of one part. */
export function countPart(trainables: readonly Trainable[], part: Trainable["part"]): number {
  return sizeOf(trainables.filter((tensor) => tensor.part === part));
}

function sizeOf(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}
