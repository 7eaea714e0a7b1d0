/**
 * What all runs of a comparison share on the device beside weights, from specifications alone: the
 * workspace of steps, onnxruntime's cache, tables that Programs read, texts that the frozen model
 * has read, batches and readbacks. The formulas are in ARCHITECTURE.md.
 */

import type { Channel } from "../data/channels";
import type { Costs, StepCosts } from "../executors/costs";
import type { ModelConfig } from "../models/family";
import { type Tensor, tensorBytes } from "../program/tensor";
import { batchBytes } from "../runs/batch-buffers";
import { RUN_BYTES, STEP_FIGURES, STEPS_AHEAD } from "../runs/run";
import { stepMemory } from "../runs/step";
import type { TunedProgram } from "../runs/tuned-program";
import { type Task, taskChannels } from "../tasks/task";

export interface StepNeeds {
  /** Of everything that lives within the step. */
  readonly sizes: readonly number[];
  readonly runtime: StepCosts;
}

export function stepNeeds(costs: Costs, tuned: TunedProgram): StepNeeds {
  const { program, logits, backward } = tuned;
  const outputs = [...new Set([logits, ...backward.saved])];
  const runtime = costs.step({ program, outputs, backward: backward.dispatches });
  return { sizes: stepMemory(tuned).sizes, runtime };
}

/** Keys, values and states of a text of so many tokens in so many blocks of a model. */
export function cachedBytes(
  { layers, keyValueHeads, headSize, hiddenSize }: ModelConfig,
  tokens: number,
  blocks: number,
) {
  const states = blocks + 1 + (blocks === layers ? 1 : 0);
  return 4 * tokens * (blocks * 2 * keyValueHeads * headSize + states * hiddenSize);
}

/** Each place of the workspace is as large as the largest step needs. */
export function workspaceBytes(steps: readonly StepNeeds[]): number {
  const places: number[] = [];
  for (const { sizes } of steps) {
    [...sizes]
      .sort((a, b) => b - a)
      .forEach((size, place) => {
        places[place] = Math.max(places[place] ?? 0, size);
      });
  }
  return places.reduce((sum, size) => sum + size, 0);
}

/** Of the tables that Programs read, such as rotary positions: once for all of the same name. */
export function tableBytes(steps: readonly StepNeeds[]): number {
  const tables = new Map<string, Tensor>();
  for (const { runtime } of steps) {
    for (const leaf of runtime.leaves) if (leaf.role === "constant") tables.set(leaf.name, leaf);
  }
  return [...tables.values()].reduce((sum, tensor) => sum + Math.max(16, tensorBytes(tensor)), 0);
}

/**
 * Of the batches in both forms, the readbacks, the results of an evaluation, and the untrained base
 * model's head.
 */
export function feedBytes(options: {
  readonly task: Task;
  readonly labels: number;
  /** Channels beside those of the task. */
  readonly inputs: readonly Channel[];
  readonly batchSize: number;
  readonly buckets: readonly number[];
  /** Tokens of the rows of each part that is evaluated; one at a time. */
  readonly evaluated: readonly (readonly number[])[];
  readonly runs: number;
  readonly head: number;
}): number {
  const { task, labels, inputs, batchSize, buckets, evaluated, runs, head } = options;
  const channels = [...taskChannels(task, labels), ...inputs];
  const batches = buckets.reduce((sum, tokens) => sum + 2 * batchBytes(batchSize, tokens, channels), 0);
  const { width } = task.recorded(labels);
  const placesOf = (lengths: readonly number[]) =>
    task.labels.perToken ? lengths.reduce((sum, length) => sum + length, 0) : lengths.length;
  const places = Math.max(...evaluated.map(placesOf));
  const figures = 4 * Math.ceil(STEP_FIGURES / 4) * 4;
  return batches + runs * STEPS_AHEAD * figures + 4 * places * (width + 1) + 16 * head + RUN_BYTES;
}
