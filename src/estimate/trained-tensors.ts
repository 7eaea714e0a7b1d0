/**
 * What a run trains, tensor by tensor: shape, how many numbers, learning rate, and what becomes of
 * it in the folder that is downloaded. From the Program that training builds; nothing is allocated.
 */

import { originOf } from "../adapters/forms/registry";
import type { BaseModel } from "../base/base-model";
import { rowAnswers } from "../methods/answerer";
import { blockOf } from "../models/blocks";
import type { RunConfiguration, TrainingConfiguration } from "../plan/configuration";
import { peakLearningRate, sharedHeadRate } from "../plan/schedule";
import { elementCount, type Trainable } from "../program/tensor";
import type { TunedProgram, TunedSetup } from "../runs/tuned-program";

/**
 * What of it is in the downloaded folder. `kept`: as it was trained. `cut`: what the method leaves
 * of it, or converts it to. `folded`: only what it computes; it lies beside, for going on with the
 * training.
 */
export type Exported = "kept" | "cut" | "folded";

/** Tensors of one name, shape and fate: most methods have one of them in every block. */
export interface TensorGroup {
  /** With `*` in place of the block's number where there are several. */
  name: string;
  part: Trainable["part"];
  shape: number[];
  /** How many tensors; every one has `shape`. */
  tensors: number;
  /** Numbers of all of them together. */
  count: number;
  /** The lowest and the highest peak learning rate among them. */
  learningRate: { low: number; high: number };
  /** Whether weight decay applies to them. */
  decayed: boolean;
  exported: Exported;
}

export interface TensorTable {
  groups: TensorGroup[];
  /** Numbers that are fitted to the training rows instead of trained; 0 for methods. */
  fitted: number;
  /** Of the base model, all frozen and shared by all runs. */
  frozen: number;
}

interface TableInput {
  readonly model: Pick<BaseModel, "family" | "config" | "parameters">;
  readonly setup: Pick<TunedSetup, "method" | "options" | "context" | "classes">;
  readonly run: RunConfiguration;
  readonly training: TrainingConfiguration;
}

/** Groups in the order in which the Program declares them, the adapter before the head. */
export function tensorTable({ program }: Pick<TunedProgram, "program">, input: TableInput): TensorTable {
  const { model, setup, run, training } = input;
  const { method, options, context, classes } = setup;
  const rate = peakLearningRate(run, training, model);
  const sharedRate = sharedHeadRate(run, training);
  // As `Run` does it: a rate for all heads takes the place of the method's own factor.
  const rateOf = ({ part, learningRateScale }: Trainable) =>
    part === "head" && sharedRate !== null ? sharedRate : rate * learningRateScale;
  const folded = originOf(method.exportForm(options, model)) !== "trained";
  const changed = method.trains && method.exported !== undefined && (method.changedByExport?.(options) ?? true);
  const adapterFate: Exported = folded ? "folded" : changed ? "cut" : "kept";
  const groups = new Map<string, { first: string; group: TensorGroup }>();
  const { trainables } = program;
  for (const tensor of [...trainables].sort((a, b) => Number(a.part === "head") - Number(b.part === "head"))) {
    const { name, shape, part, weightDecay: decayed } = tensor;
    const pattern = blockOf(name) === null ? name : name.replace(/(^|\.)\d+(?=\.|$)/, "$1*");
    const key = [pattern, shape.join("×"), part, decayed].join(" ");
    const learningRate = rateOf(tensor);
    const known = groups.get(key);
    if (!known) {
      groups.set(key, {
        first: name,
        group: {
          ...{ name: pattern, part, shape: [...shape], tensors: 1, count: elementCount(shape), decayed },
          learningRate: { low: learningRate, high: learningRate },
          exported: part === "head" ? "kept" : adapterFate,
        },
      });
      continue;
    }
    const { group } = known;
    group.tensors += 1;
    group.count += elementCount(shape);
    group.learningRate = {
      low: Math.min(group.learningRate.low, learningRate),
      high: Math.max(group.learningRate.high, learningRate),
    };
  }
  return {
    groups: [...groups.values()].map(({ first, group }) => (group.tensors === 1 ? { ...group, name: first } : group)),
    fitted: rowAnswers(method)?.parameters({ width: context.config.hiddenSize, classes }) ?? 0,
    frozen: model.parameters,
  };
}
