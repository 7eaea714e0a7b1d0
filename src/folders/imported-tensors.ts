/** What an adapter folder gives to a run: the tensors the run trains, under the names of its Program. */

import type { AdapterFolder } from "../adapters/folder";
import type { Origin } from "../adapters/forms/form";
import { WRAPPED_BIAS } from "../adapters/forms/lora";
import { prefixNames } from "../adapters/forms/prefix";
import { shareHeads, unpackPrefix } from "../adapters/packed-prefix";
import { PROMPT_EMBEDDINGS } from "../adapters/prompt-learning";
import { drawProjection } from "../adapters/vera-projection";
import type { NamedTensor } from "../hub/write-safetensors";
import type { ModelConfig } from "../models/family";
import { elementCount, type Trainable } from "../program/tensor";
import type { Values } from "../runs/parameters";

/**
 * The tensors by in-model name that a folder holds for a method: for `initFrom` and import. `own`: the origin of what the method
 * would export; unless that is what it trains, the tensors beside are taken. `cached`: of a model whose prefixes repeat heads.
 * Throws an Error naming what is missing.
 */
export function importedTensors(
  adapter: AdapterFolder,
  layers: number,
  own: Origin,
  cached: Pick<ModelConfig, "headSize" | "cachedRepeats"> = { headSize: 1 },
): NamedTensor[] {
  // The studio's own form holds what was trained, whatever the method exports elsewhere.
  const origin = adapter.config.peft_type === "STUDIO" ? "trained" : own;
  const imported: NamedTensor[] = [];
  const tensors = adapter.config.peft_type === "ADALORA" ? withPrunedRanks(adapter) : adapter.tensors;
  if (adapter.config.peft_type === "VERA") checkProjection(adapter);
  for (const { name, shape, data } of tensors) {
    if (/^vera_[AB]$/.test(name)) continue;
    // Beside trained biases stand factors that add nothing.
    if (adapter.config.bias === "all" && /\.lora_[AB]\.weight$/.test(name)) continue;
    if (name !== PROMPT_EMBEDDINGS) imported.push({ name: name.replace(WRAPPED_BIAS, ".bias"), shape, data });
    else if (origin !== "trained") continue;
    else if (adapter.config.peft_type === "PREFIX_TUNING") {
      const { keys, values } = unpackPrefix(data, layers, shape[0]!);
      const add = (name: string, rows: Float32Array) => {
        const own = shareHeads(rows, cached.headSize, cached.cachedRepeats ?? 1);
        imported.push({ name, shape: [shape[0]!, own.length / shape[0]!], data: own });
      };
      keys.forEach((rows, layer) => void add(prefixNames.keys(layer), rows));
      values.forEach((rows, layer) => void add(prefixNames.values(layer), rows));
    } else imported.push({ name, shape, data });
  }
  if (origin !== "trained") {
    if (!adapter.skTensors) {
      const what = origin === "folded" ? "what was folded into it" : "its encoder";
      throw new Error(`The adapter has no sk_adapter.safetensors, so the training of ${what} cannot go on.`);
    }
    imported.push(...adapter.skTensors);
  }
  return imported;
}

/**
 * Of a folder's tensors those a run must train: without what only carries the head of a run that trains nothing else, a hard
 * text's embeddings or a LoRA that adds nothing.
 */
export function withoutCarrier(tensors: readonly NamedTensor[], trained: readonly Trainable[]): readonly NamedTensor[] {
  if (trained.some(({ part }) => part === "adapter")) return tensors;
  const active = tensors.some(({ name, data }) => name.endsWith(".lora_B.weight") && data.some((value) => value !== 0));
  if (active) return tensors;
  return tensors.filter(({ name }) => name !== PROMPT_EMBEDDINGS && !/\.lora_[AB]\.weight$/.test(name));
}

/** The same as values to start a run from. */
export function importedValues(...given: Parameters<typeof importedTensors>): Values {
  return new Map(importedTensors(...given).map(({ name, data }) => [name, data]));
}

/** AdaLoRA's factors at their initial rank: what was pruned is zero, and stays so since nothing reads it. */
function withPrunedRanks({ config, tensors }: AdapterFolder): readonly NamedTensor[] {
  const pattern = config.rank_pattern as Record<string, readonly boolean[]> | null;
  return tensors.map((tensor): NamedTensor => {
    const [, path, part] = /^(.*)\.lora_([AEB])$/.exec(tensor.name) ?? [];
    const kept = pattern?.[`${path}.lora_E`];
    if (!kept) return tensor;
    const places = kept.flatMap((keep, rank) => (keep ? [rank] : []));
    const [rows, columns] = tensor.shape as [number, number];
    const shape = part === "B" ? [rows, kept.length] : [kept.length, columns];
    const data = new Float32Array(elementCount(shape));
    tensor.data.forEach((value, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns];
      data[part === "B" ? row * kept.length + places[column]! : places[row]! * columns + column] = value;
    });
    return { name: tensor.name, shape, data };
  });
}

/** Throws an Error if VeRA's shared matrices in the folder are others than its key gives. */
function checkProjection({ config, tensors }: AdapterFolder): void {
  const [a, b] = ["vera_A", "vera_B"].map((name) => tensors.find((tensor) => tensor.name === name));
  if (!a || !b) return;
  const key = Number(config.projection_prng_key);
  const drawn = drawProjection(key, a.shape[0]!, a.shape[1]!, b.shape[0]!);
  const differs = (own: Float32Array, other: Float32Array) =>
    own.some((value, index) => Math.abs(value - other[index]!) > 1e-5);
  if (differs(drawn.a, a.data) || differs(drawn.b, b.data)) {
    throw new Error(
      `The shared matrices in the folder are not those that projection_prng_key ${key} gives, so they were not drawn by ` +
        "PEFT's generator. Convert the adapter to LORA where it was made and import that.",
    );
  }
}
