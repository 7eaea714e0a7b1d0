/**
 * Tensor names and layouts in PEFT's `adapter_model.safetensors`, against the studio's own in-model names.
 * Not for: which tensors an adapter must have (`folder.ts`).
 */

import type { PeftType } from "./peft-config";

/** The one tensor of a prompt-learning adapter besides its head. */
export const PROMPT_EMBEDDINGS = "prompt_embeddings";

const DORA_MAGNITUDE = ".lora_magnitude_vector";

function prefixOf(type: PeftType): string {
  return type === "LORA" ? "base_model.model." : "base_model.";
}

/**
 * In-model name to name in the file: `score.weight` becomes `base_model.model.score.weight` in a LoRA file and
 * `base_model.score.weight` in a prompt-learning file; `prompt_embeddings` stays.
 */
export function toFileName(name: string, type: PeftType): string {
  if (name === PROMPT_EMBEDDINGS) {
    return name;
  }
  const stored = name.endsWith(`${DORA_MAGNITUDE}.weight`) ? name.slice(0, -".weight".length) : name;
  return prefixOf(type) + stored;
}

/**
 * Name in the file to in-model name, the inverse of `toFileName`.
 * @throws Error naming the tensor when it lacks the prefix its type of adapter has.
 */
export function fromFileName(name: string, type: PeftType): string {
  if (name === PROMPT_EMBEDDINGS) {
    return name;
  }
  const prefix = prefixOf(type);
  if (!name.startsWith(prefix)) {
    throw new Error(
      `Tensor "${name}" of a ${type} adapter does not begin with "${prefix}", so it belongs to no module.`,
    );
  }
  const inModel = name.slice(prefix.length);
  return inModel.endsWith(DORA_MAGNITUDE) ? `${inModel}.weight` : inModel;
}

/** Sizes of a prefix: `[layers, keyValueHeads, virtualTokens, headSize]` for keys and for values. */
export interface PrefixShape {
  layers: number;
  keyValueHeads: number;
  virtualTokens: number;
  headSize: number;
}

/** Calls `visit` with the start of every row of `headSize` numbers, in keys or values and in the packed tensor. */
function eachPrefixRow(
  shape: PrefixShape,
  visit: (which: "keys" | "values", separate: number, packed: number) => void,
): void {
  const { layers, keyValueHeads, virtualTokens, headSize } = shape;
  for (let layer = 0; layer < layers; layer++) {
    for (let head = 0; head < keyValueHeads; head++) {
      for (let token = 0; token < virtualTokens; token++) {
        const separate = ((layer * keyValueHeads + head) * virtualTokens + token) * headSize;
        const row = token * layers * 2;
        visit("keys", separate, ((row + layer * 2) * keyValueHeads + head) * headSize);
        visit("values", separate, ((row + layer * 2 + 1) * keyValueHeads + head) * headSize);
      }
    }
  }
}

function checkLength(what: string, data: Float32Array, needed: number, shape: PrefixShape): void {
  if (data.length !== needed) {
    const { layers, keyValueHeads, virtualTokens, headSize } = shape;
    throw new Error(
      `${what} have ${data.length} numbers, but ${layers} layers, ${keyValueHeads} key/value heads, ` +
        `${virtualTokens} virtual tokens and head size ${headSize} make ${needed}.`,
    );
  }
}

/**
 * Keys and values, each `[L, n_kv, T, d_h]`, as PEFT's `prompt_embeddings` `[T, L·2·n_kv·d_h]` with the index
 * `((l·2 + {K: 0, V: 1})·n_kv + head)·d_h + j` in a row. Keys go in after rotary.
 * @throws Error with both numbers when a length does not fit the shape.
 */
export function packPrefix(keys: Float32Array, values: Float32Array, shape: PrefixShape): Float32Array {
  const needed = shape.layers * shape.keyValueHeads * shape.virtualTokens * shape.headSize;
  checkLength("Prefix keys", keys, needed, shape);
  checkLength("Prefix values", values, needed, shape);
  const packed = new Float32Array(2 * needed);
  eachPrefixRow(shape, (which, separate, at) => {
    const source = which === "keys" ? keys : values;
    packed.set(source.subarray(separate, separate + shape.headSize), at);
  });
  return packed;
}

/**
 * The inverse of `packPrefix`.
 * @throws Error with both numbers when the length does not fit the shape.
 */
export function unpackPrefix(packed: Float32Array, shape: PrefixShape): { keys: Float32Array; values: Float32Array } {
  const size = shape.layers * shape.keyValueHeads * shape.virtualTokens * shape.headSize;
  checkLength("Prompt embeddings", packed, 2 * size, shape);
  const keys = new Float32Array(size);
  const values = new Float32Array(size);
  eachPrefixRow(shape, (which, separate, at) => {
    const target = which === "keys" ? keys : values;
    target.set(packed.subarray(at, at + shape.headSize), separate);
  });
  return { keys, values };
}
