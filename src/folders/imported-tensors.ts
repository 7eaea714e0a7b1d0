/**
 * What an adapter folder gives to a run: the tensors the run trains, under the names of its
 * Program.
 */

import type { AdapterFolder } from "../adapters/folder";
import type { Origin } from "../adapters/forms/form";
import { formOf, originOf } from "../adapters/forms/registry";
import { PROMPT_EMBEDDINGS } from "../adapters/prompt-learning";
import type { NamedTensor } from "../hub/write-safetensors";
import type { ModelFacts } from "../methods/method";
import { approachOf } from "../methods/registry";
import type { ModelConfig } from "../models/family";
import type { RunConfiguration } from "../plan/configuration";
import type { HeldTensor } from "../program/tensor";
import { parseOptions } from "../runs/resolve";

/**
 * The tensors by in-model name that a folder holds for a method: for `initFrom` and import.
 * @param own what the method's exported tensors are made of: where that is not what it trains,
 *   those beside are taken.
 * @param cached of a model whose prefixes repeat heads.
 * @throws Error naming what is missing.
 */
export function importedTensors(
  adapter: AdapterFolder,
  layers: number,
  own: Origin,
  cached: Pick<ModelConfig, "headSize" | "cachedRepeats"> = { headSize: 1 },
): readonly NamedTensor[] {
  const { config, tensors, skTensors } = adapter;
  const form = formOf(config.peft_type);
  const given = (stored: readonly NamedTensor[]) => form.given?.(config, stored, { layers, ...cached }) ?? stored;
  if (own === "trained" || form.verbatim) return given(tensors);
  if (!skTensors) {
    const what = own === "folded" ? "what was folded into it" : "its encoder";
    throw new Error(`The adapter has no sk_adapter.safetensors, so the training of ${what} cannot go on.`);
  }
  return [...given(tensors.filter(({ name }) => name !== PROMPT_EMBEDDINGS)), ...skTensors];
}

/**
 * The same for a run that is to start from the folder.
 * @throws Error naming run, method and option, or what is missing.
 */
export function startingTensors(
  adapter: AdapterFolder,
  run: RunConfiguration,
  model: ModelFacts,
): readonly NamedTensor[] {
  const form = approachOf(run.method).exportForm(parseOptions(model, run), model);
  return importedTensors(adapter, model.config.layers, originOf(form), model.config);
}

/**
 * Of a folder's tensors those a run must train: without what only carries the head of a run that
 * trains nothing else.
 */
export function withoutCarrier(
  { config }: Pick<AdapterFolder, "config">,
  tensors: readonly NamedTensor[],
  held: readonly HeldTensor[],
): readonly NamedTensor[] {
  if (held.some(({ part }) => part === "adapter")) return tensors;
  return formOf(config.peft_type).withoutCarrier?.(tensors) ?? tensors;
}
