/**
 * A trained adapter as changes of the base model's own tensors, where it is the same function of
 * the input: what PEFT's `merge_and_unload` does. Not for: reading or writing files
 * (`merged-model.ts`).
 */

import type { Change, MergedBase } from "../adapters/base-change";
import { type FormSettings, formOf } from "../adapters/forms/registry";
import { storedTypes } from "../hub/stream-safetensors";
import type { NamedTensor } from "../hub/write-safetensors";
import { readsWords, textAnswers } from "../methods/answerer";
import type { AnyApproach } from "../methods/registry";

/** What a merged model may be written as, as further forms of a run's download. */
export const mergedForms = storedTypes.map((type) => ({ id: `merged-${type}`, title: `merged model, ${type}`, type }));

/**
 * Why runs of this form have no merged model; null where they have one, as far as the form tells.
 */
export function mergeObstacle(method: AnyApproach, form: FormSettings): string | null {
  if (readsWords(method))
    return `${method.title} answers with words of the vocabulary, which no classifier's folder says.`;
  if (textAnswers(method)) return `${method.title} does not ask the model.`;
  if (!method.trains) return `${method.title} answers from the training rows, which no model's folder holds.`;
  const change = formOf(form.type).change(form);
  return typeof change === "string" ? `${method.title} ${change}` : null;
}

/**
 * Changes by the name of the base tensor. `form` and `tensors`: as exported, AdaLoRA and VeRA as
 * plain LoRA.
 * @throws Error naming the tensor that is none of the base model's, or saying why the form cannot
 * be merged.
 */
export function mergeChanges(
  method: AnyApproach,
  form: FormSettings,
  tensors: readonly NamedTensor[],
  base: MergedBase,
): Map<string, Change> {
  const obstacle = mergeObstacle(method, form);
  const change = formOf(form.type).change(form);
  if (obstacle !== null || typeof change === "string") throw new Error(`${obstacle} Download the adapter instead.`);
  const changes = new Map<string, Change>();
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const tensor of tensors) {
    for (const [name, apply] of change(tensor, byName, base)) {
      if (!base.names.has(name)) {
        throw new Error(
          `${method.title} trained "${tensor.name}", which is not a change of a tensor of the base model, so there is ` +
            "no merged model. Download the adapter instead.",
        );
      }
      changes.set(name, apply);
    }
  }
  return changes;
}
