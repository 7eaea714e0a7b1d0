/**
 * Whether a run says the same once it is merged: its changed weights are put on the device beside
 * the base model's, the plain model computes with them, and they are let go again. The base model's
 * own buffers, which all runs share, are only read. Not for writing merged models
 * (`merged-model.ts`).
 */

import * as z from "zod";
import type { BaseModel } from "../base/base-model";
import { HEAD_WEIGHT } from "../base/language-head";
import { type Layer, leaves } from "../base/leaves";
import { Float16Overflow } from "../base/precision";
import { readModel } from "../base/read-model";
import { Comparison } from "../comparison/comparison";
import type { ComparisonSetup } from "../comparison/comparison-setup";
import type { DeviceBuffer, Executor } from "../executors/executor";
import { mergeObstacle } from "../folders/merge";
import { mergedRun } from "../folders/merged-model";
import { toFloat16 } from "../hub/float16";
import { entryElements } from "../hub/safetensors";
import { streamTensor } from "../hub/safetensors-values";
import { storedTensors } from "../program/row-parts";
import { elementCount, type Tensor, tensorBytes } from "../program/tensor";
import type { Run } from "../runs/run";
import type { Evaluation } from "../tasks/task";
import type { Instrument } from "./instrument";

export interface MergeProof {
  readonly rows: number;
  /** How many of what were compared: logits, or a language model's losses of tokens. */
  readonly numbers: number;
  readonly what: "logits" | "losses";
  /**
   * The largest absolute difference of merged and unmerged, and the largest number beside which it
   * stands.
   */
  readonly difference: number;
  readonly largest: number;
  /** Tensors of the base model that the run changes. */
  readonly changed: number;
  /**
   * The largest difference of a weight from the base model's once the change is taken away again;
   * null where it is no sum.
   */
  readonly unmerged: number | null;
  /** Whether the base model's buffers are afterwards, byte for byte, what they were. */
  readonly untouched: boolean;
}

/** Rows that are compared. */
const ROWS = 8;

export const mergeProof: Instrument<null, MergeProof> = {
  title: "Merge and unmerge",
  summary: "Puts the change into the weights on the device, compares, and takes it out again.",
  input: z.null(),
  refusal({ comparison, name, model }) {
    const { method, options } = comparison.run(name).setup;
    return mergeObstacle(method, method.exportForm(options, model));
  },
  measure({ comparison, name, executor, model, data, training }) {
    const setup = { executor, model, data: { ...data, validation: comparison.evaluatedRows(name) }, training };
    return comparison.hold(name, (run) => proveMerge(setup, run, comparison.evaluation(name)));
  },
};

/**
 * `evaluated`: what the run, unmerged, said of the data's validation rows. No weight of it stays on
 * the device.
 * @throws Error saying why the run has no merged model, or which weight float16 cannot hold.
 */
export async function proveMerge(
  setup: Pick<ComparisonSetup, "executor" | "model" | "data" | "training">,
  run: Run,
  evaluated: Evaluation,
): Promise<MergeProof> {
  const { executor, model, data, training } = setup;
  const owner = `merged ${run.owner}`;
  const told = { labels: data.labels, steps: 0, file: "" };
  const { base, changes, undo, head, untied = false } = await mergedRun(model, run, told);
  const { needed, languageHead } = await readModel(model.folder, model.precision, model.largestBuffer);
  const tensors = new Map([...needed, ...languageHead.needed].map(({ tensor, entry }) => [entry.name, tensor]));
  const before = await hash(executor, model, [...tensors.values()]);
  const buffers = new Map<string, DeviceBuffer>();
  let unmerged: number | null = null;
  try {
    for (const { name, entry } of base) {
      const change = changes.get(name);
      const own = tensors.get(entry.name);
      if (!own || !(change || (untied && name === HEAD_WEIGHT))) continue;
      const values = new Float32Array(entryElements(entry));
      await streamTensor(entry, (piece, offset) => values.set(piece, offset));
      const original = values.slice();
      change?.(values);
      put(executor, owner, { tensor: own, name: name === HEAD_WEIGHT ? HEAD_WEIGHT : own.name, values }, buffers);
      const take = undo?.get(name);
      if (!take) continue;
      take(values);
      unmerged = values.reduce((most, value, i) => Math.max(most, Math.abs(value - original[i]!)), unmerged ?? 0);
    }
    const changed: Layer = ({ name }) => buffers.get(name);
    const mergedModel = model.withLayer(changed, untied ? "own" : model.languageHead);
    const merged = await evaluatePlain({ ...setup, model: mergedModel }, head);
    const { task, classes } = run.tunedSetup;
    const what = task.recorded(classes).predicted ? "losses" : "logits";
    const figures = (evaluation: Evaluation) => (what === "losses" ? evaluation.losses : evaluation.outputs);
    const rows = figures(merged).length;
    const pairs = figures(merged).flatMap((row, index) =>
      [...row].map((value, i) => [value, figures(evaluated)[index]![i]!]),
    );
    const after = await hash(executor, model, [...tensors.values()]);
    return {
      rows,
      numbers: pairs.length,
      what,
      changed: changes.size,
      unmerged,
      untouched: after === before,
      difference: pairs.reduce((most, [a, b]) => Math.max(most, Math.abs(a! - b!)), 0),
      largest: pairs.reduce((most, [, b]) => Math.max(most, Math.abs(b!)), 0),
    };
  } finally {
    executor.memory.releaseOwner(owner);
  }

  /** The first validation rows through the plain model with this head. */
  async function evaluatePlain(
    plain: typeof setup,
    trained: readonly { readonly name: string; readonly data: Float32Array }[],
  ): Promise<Evaluation> {
    const validation = data.validation.slice(0, ROWS);
    const initial = new Map(trained.map(({ name, data: values }) => [name, values]));
    const name = `${run.setup.name}, merged`;
    const comparison = new Comparison({
      ...plain,
      data: { ...data, train: validation, validation, validationTexts: validation.map(() => "") },
      training: { ...training, batchSize: validation.length, steps: 1, seeds: 1, learningRateFactors: [1] },
      runs: [{ name, method: "linear-probe", options: {}, initial }],
      emit: () => {},
    });
    try {
      await comparison.evaluate();
      return comparison.evaluation(name);
    } finally {
      await comparison.release();
    }
  }
}

/**
 * Puts a tensor's values on the device as the model keeps the tensor, part by part where it is in
 * parts.
 */
function put(
  executor: Executor,
  owner: string,
  { tensor, name, values }: { tensor: Tensor; name: string; values: Float32Array },
  buffers: Map<string, DeviceBuffer>,
): void {
  let start = 0;
  for (const stored of storedTensors(tensor)) {
    const count = elementCount(stored.shape);
    const own = values.slice(start, start + count);
    start += count;
    const label = stored.name.replace(tensor.name, name);
    const buffer = executor.memory.allocate(tensorBytes(stored), { label, category: "weights", owner });
    if (stored.type === "float16") {
      const halves = new Uint16Array(count);
      const tooLarge = toFloat16(own, halves);
      if (tooLarge >= 0) throw new Float16Overflow(name, own[tooLarge]!);
      executor.write(buffer, halves);
    } else executor.write(buffer, own);
    buffers.set(label, buffer);
  }
}

/** SHA-256 of the buffers of these weights, one digest after the other. */
async function hash(executor: Executor, model: BaseModel, tensors: readonly Tensor[]): Promise<string> {
  const digests: string[] = [];
  const buffer = leaves(model.kept);
  for (const tensor of tensors.flatMap(storedTensors)) {
    const bytes = await executor.read(buffer(tensor));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    digests.push([...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  return digests.join(" ");
}
