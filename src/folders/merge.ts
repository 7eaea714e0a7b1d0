/**
 * A trained adapter as changes of the base model's own tensors, where it is the same function of the input: what PEFT's
 * `merge_and_unload` does. Not for: reading or writing files (`merged-model.ts`).
 */

import { WRAPPED_BIAS } from "../adapters/peft-names";
import { patternValue } from "../adapters/target-modules";
import { norm } from "../base/norms";
import { storedTypes } from "../hub/stream-safetensors";
import type { NamedTensor } from "../hub/write-safetensors";
import { readsWords } from "../methods/answerer";
import type { ExportForm, LoraForm } from "../methods/method";
import { LANGUAGE_HEAD } from "../methods/outer-modules";
import type { AnyApproach } from "../methods/registry";

/** What a merged model may be written as, as further forms of a run's download. */
export const mergedForms = storedTypes.map((type) => ({ id: `merged-${type}`, title: `merged model, ${type}`, type }));

/** Changes the values of a base tensor in place. */
export type Change = (values: Float32Array) => void;

export interface MergedBase {
  /** Names of the base model's tensors. */
  readonly names: ReadonlySet<string>;
  /** Whether linear weights are stored [in, out]. */
  readonly fanInFanOut: boolean;
}

/** Why runs of this form have no merged model; null where they have one, as far as the form tells. */
export function mergeObstacle(method: AnyApproach, form: ExportForm): string | null {
  if (readsWords(method))
    return `${method.title} answers with words of the vocabulary, which no classifier's folder says.`;
  if (!method.trains) return `${method.title} answers from the training rows, which no model's folder holds.`;
  switch (form.type) {
    case "PREFIX_TUNING":
    case "PROMPT_TUNING":
    case "P_TUNING":
    case "CPT":
      return `${method.title} puts virtual tokens beside the input: there is no weight that they could be added to.`;
    case "BOTTLENECK":
      return `${method.title} computes something of its own beside the weights (an activation between two matrices), so it is no change of them.`;
    case "STUDIO":
      return form.dense ? null : `${method.title} trains something beside the weights, so it is no change of them.`;
    default:
      return null;
  }
}

/**
 * Changes by the name of the base tensor. `form` and `tensors`: as exported, AdaLoRA and VeRA as plain LoRA.
 * @throws Error naming the tensor that is none of the base model's, or saying why the form cannot be merged.
 */
export function mergeChanges(
  method: AnyApproach,
  form: ExportForm,
  tensors: readonly NamedTensor[],
  base: MergedBase,
): Map<string, Change> {
  const obstacle = mergeObstacle(method, form);
  if (obstacle) throw new Error(`${obstacle} Download the adapter instead.`);
  const changes = new Map<string, Change>();
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const tensor of tensors) {
    const change = changeOf(tensor, form, byName, base);
    if (change === null) continue;
    for (const [name, apply] of change) {
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

/** The form whose changes are the opposite; null where they are not simply added, or are the tensors themselves. */
export function negated(form: ExportForm): ExportForm | null {
  if (form.type !== "LORA" || form.dora || form.biases) return null;
  const alphas = Object.entries(form.alphaPattern ?? {}).map(([key, alpha]) => [key, -alpha] as const);
  return { ...form, alpha: -form.alpha, alphaPattern: Object.fromEntries(alphas) };
}

/** Null for tensors that another one's change takes in. */
function changeOf(
  tensor: NamedTensor,
  form: ExportForm,
  byName: ReadonlyMap<string, NamedTensor>,
  base: MergedBase,
): [string, Change][] | null {
  const { name, shape, data } = tensor;
  const [, path = "", part] =
    /^(.*)\.(lora_A\.weight|lora_B\.weight|lora_embedding_A|lora_embedding_B|lora_magnitude_vector\.weight|ia3_l)$/.exec(
      name,
    ) ?? [];
  if (part === "lora_A.weight" && form.type === "LORA") {
    const up = byName.get(`${path}.lora_B.weight`);
    if (!up) throw new Error(`"${name}" has no "${path}.lora_B.weight" beside it.`);
    const magnitude = byName.get(`${path}.lora_magnitude_vector.weight`)?.data;
    // The head over the vocabulary is stored [out, in] by every family.
    const fanInFanOut = base.fanInFanOut && path !== LANGUAGE_HEAD;
    return [[`${path}.weight`, lowRank(path, form, tensor, up, magnitude, fanInFanOut)]];
  }
  if (part === "lora_embedding_A" && form.type === "LORA") {
    const up = byName.get(`${path}.lora_embedding_B`);
    if (!up) throw new Error(`"${name}" has no "${path}.lora_embedding_B" beside it.`);
    return [[`${path}.weight`, lowRank(path, form, tensor, up, undefined, true)]];
  }
  if (part === "ia3_l") {
    const [outputs, inputs] = shape as [number, number];
    if (outputs === 1) return [[`${path}.weight`, scaled(data, inputs, "inputs", base.fanInFanOut)]];
    const bias: [string, Change] = [
      `${path}.bias`,
      (values) =>
        data.forEach((factor, out) => {
          values[out]! *= factor;
        }),
    ];
    return [
      [`${path}.weight`, scaled(data, outputs, "outputs", base.fanInFanOut)],
      ...(base.names.has(bias[0]) ? [bias] : []),
    ];
  }
  if (part) return null;
  const own = name.replace(WRAPPED_BIAS, ".bias").replace(".ln_tuning_layers.", ".");
  return [[own, (values) => values.set(data)]];
}

/** W + s · B · A, for DoRA brought to the magnitudes per output. */
function lowRank(
  path: string,
  form: LoraForm,
  down: NamedTensor,
  up: NamedTensor,
  magnitude: Float32Array | undefined,
  fanInFanOut: boolean,
): Change {
  const [rank, inputs] = down.shape as [number, number];
  const [outputs] = up.shape as [number, number];
  const alpha = patternValue(path, form.alphaPattern ?? {}, form.alpha);
  const scale = alpha / (form.rankStabilised ? Math.sqrt(rank) : rank);
  const [stepOut, stepIn] = fanInFanOut ? [1, outputs] : [inputs, 1];
  return (values) => {
    const row = new Float64Array(inputs);
    for (let out = 0; out < outputs; out++) {
      for (let i = 0; i < inputs; i++) row[i] = values[out * stepOut + i * stepIn]!;
      for (let r = 0; r < rank; r++) {
        const factor = scale * up.data[out * rank + r]!;
        if (factor === 0) continue;
        for (let i = 0; i < inputs; i++) row[i]! += factor * down.data[r * inputs + i]!;
      }
      const length = magnitude ? magnitude[out]! / norm(row) : 1;
      for (let i = 0; i < inputs; i++) values[out * stepOut + i * stepIn] = length * row[i]!;
    }
  };
}

/** The weight with every row (outputs) or column (inputs) times its factor. */
function scaled(factors: Float32Array, count: number, side: "inputs" | "outputs", fanInFanOut: boolean): Change {
  // Factors of the dimension that is stored last repeat with every element.
  const last = (side === "inputs") !== fanInFanOut;
  return (values) => {
    const run = last ? 1 : values.length / count;
    for (let index = 0; index < values.length; index++) values[index]! *= factors[Math.floor(index / run) % count]!;
  };
}
