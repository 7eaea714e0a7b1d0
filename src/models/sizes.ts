/**
 * Sizes of config.json, for every family alike: how large a model may be, checked before anything
 * is made of them, and which must divide each other.
 */

import type { ModelConfig } from "./family";

/**
 * Larger than any published model by some factors, and small enough that a Program and its tables
 * of such sizes are made within a second or two.
 */
export const LIMITS = {
  layers: 1000,
  width: 2 ** 20,
  heads: 2 ** 13,
  vocabulary: 2 ** 24,
  contextLength: 2 ** 30,
} as const;

/** As the families spell them. */
const KEYS: Readonly<Record<keyof typeof LIMITS, readonly string[]>> = {
  layers: ["num_hidden_layers", "n_layer", "n_layers"],
  width: [
    "hidden_size",
    "n_embd",
    "n_embed",
    "dim",
    "intermediate_size",
    "ffn_dim",
    "n_inner",
    "hidden_dim",
    "ffn_hidden_size",
    "head_dim",
  ],
  heads: [
    "num_attention_heads",
    "n_head",
    "n_heads",
    "num_key_value_heads",
    "num_kv_heads",
    "n_head_kv",
    "type_vocab_size",
  ],
  vocabulary: ["vocab_size"],
  contextLength: ["max_position_embeddings", "n_positions", "seq_length"],
};

const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** Throws an Error naming the key and both numbers if one is beyond its limit. */
export function checkLimits(json: Readonly<Record<string, unknown>>): void {
  for (const [kind, keys] of Object.entries(KEYS) as [keyof typeof LIMITS, readonly string[]][]) {
    const key = keys.find((name) => typeof json[name] === "number" && json[name] > LIMITS[kind]);
    if (key === undefined) continue;
    throw new Error(
      `config.json: ${key} is ${json[key]}; at most ${LIMITS[kind]} can be read. The file is damaged: get it again.`,
    );
  }
  for (const [key, value] of Object.entries(json)) {
    if (typeof value !== "number" || Math.abs(value) <= LARGEST_FLOAT32) continue;
    throw new Error(`config.json: ${key} is ${value}, which is beyond float32 (${LARGEST_FLOAT32}).`);
  }
}

/**
 * The same configuration. Throws an Error naming both numbers if heads or key/value heads have no
 * whole size, or no position is left.
 */
export function checkSizes<Config extends ModelConfig>(config: Config): Config {
  const { hiddenSize, heads, keyValueHeads, headSize, contextLength } = config;
  if (!Number.isInteger(headSize)) {
    throw new Error(`config.json: the hidden size ${hiddenSize} is not divisible by ${heads} attention heads.`);
  }
  if (heads % keyValueHeads !== 0) {
    throw new Error(`config.json: ${heads} attention heads are not divisible by ${keyValueHeads} key/value heads.`);
  }
  if (contextLength < 1) {
    throw new Error(`config.json: ${contextLength} positions are left for a text; at least 1 is needed.`);
  }
  return config;
}
