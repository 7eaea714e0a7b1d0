/**
 * Falcon: queries, keys and values fused group by group (one group in 7b, several in 40b, one per
 * head in rw), rotary positions or ALiBi, attention and feed-forward beside each other or one after
 * the other. Source: transformers' modeling_falcon.
 */

import * as z from "zod";
import { type ActivationKind, activation } from "../operations/activation";
import { embed } from "../operations/embed";
import type { Tensor } from "../program/tensor";
import { activationName } from "./activations";
import { alibiSlopes } from "./alibi";
import { parseConfig } from "./config";
import { Block, openStack, type Stack, stackLayerNorm } from "./decoder";
import type { Family, ModelConfig } from "./family";
import { type Rotary, rotate } from "./rotary";
import { readRotary, rotaryKeys } from "./rotary-keys";
import { checkSizes } from "./sizes";

export interface FalconConfig extends ModelConfig {
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly activation: ActivationKind;
  /** Null: ALiBi. */
  readonly rotary: Rotary | null;
  readonly biased: boolean;
  /**
   * Norms of a block: of both sub-layers, one after the other; one for both, beside each other; one
   * each, beside each other.
   */
  readonly norms: "sequential" | "shared" | "separate";
}

const size = z.int().positive();
const schema = z.looseObject({
  model_type: z.literal("falcon"),
  hidden_size: size,
  num_hidden_layers: size.optional(),
  n_layer: size.optional(),
  num_attention_heads: size.optional(),
  n_head: size.optional(),
  num_kv_heads: size.nullish(),
  n_head_kv: size.nullish(),
  ffn_hidden_size: size.nullish(),
  vocab_size: size,
  max_position_embeddings: size.default(2048),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  activation: activationName("gelu"),
  new_decoder_architecture: z.boolean().default(false),
  multi_query: z.boolean().default(true),
  parallel_attn: z.boolean().default(true),
  num_ln_in_parallel_attn: z.literal([1, 2]).nullish(),
  alibi: z.boolean().default(false),
  bias: z.boolean().default(false),
  ...rotaryKeys,
});

export const falcon: Family<FalconConfig> = {
  id: "falcon",
  title: "Falcon",
  covers: "Falcon 1B to 40B, Falcon-RW (ALiBi)",
  modelTypes: ["falcon"],
  prefixes: ["transformer."],
  loraTargets: ["query_key_value"],
  tokenHead: "classifier",
  ia3Targets: { targets: ["query_key_value", "dense_4h_to_h"], feedForward: ["dense_4h_to_h"] },
  bidirectional: false,
  poolings: ["last", "mean"],
  languageHead: { tied: true },
  fanInFanOut: false,

  readConfig(json) {
    const config = parseConfig(schema, json);
    const layers = config.num_hidden_layers ?? config.n_layer;
    const heads = config.num_attention_heads ?? config.n_head;
    if (!layers || !heads) {
      throw new Error(`config.json: ${layers ? "num_attention_heads" : "num_hidden_layers"} is missing.`);
    }
    const grouped = config.new_decoder_architecture;
    const headSize = config.hidden_size / heads;
    const keyValueHeads = config.num_kv_heads ?? config.n_head_kv ?? heads;
    const sizes = checkSizes({
      layers,
      hiddenSize: config.hidden_size,
      heads,
      keyValueHeads: grouped ? keyValueHeads : config.multi_query ? 1 : heads,
      headSize,
      vocabulary: config.vocab_size,
      contextLength: config.max_position_embeddings,
    });
    if (grouped && !config.parallel_attn) {
      throw new Error("config.json: new_decoder_architecture with parallel_attn false is not supported.");
    }
    const separate = grouped && config.num_ln_in_parallel_attn !== 1;
    return {
      ...sizes,
      intermediateSize: config.ffn_hidden_size ?? 4 * config.hidden_size,
      epsilon: config.layer_norm_epsilon,
      activation: config.activation,
      rotary: config.alibi ? null : readRotary(config, headSize),
      biased: config.bias,
      ...(grouped && { cachedRepeats: heads / sizes.keyValueHeads }),
      norms: separate ? "separate" : config.parallel_attn ? "shared" : "sequential",
    };
  },

  build(program, config, input, batch, attachments) {
    const words = input.type === "int32" ? falcon.embed(program, config, "embeddings", input) : input;
    const stack = openStack(program, config, words, batch, attachments, { attentionName: "attn" });
    let x = stack.built.states[0]!;
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(stack, config, layer, x);
      stack.built.states.push(x);
    }
    return { hidden: stackLayerNorm(stack, "hidden", "transformer.ln_f", x, config.epsilon), ...stack.built };
  },

  embed(program, config, name, ids) {
    const table = program.weight("transformer.word_embeddings.weight", [config.vocabulary, config.hiddenSize]);
    return embed(program, name, ids, table);
  },

  position(program, { headSize, rotary, keyValueHeads: heads }, name, keys) {
    if (!rotary) return keys;
    return rotate(program, name, keys, { headSize, rotary, tokens: keys.shape[0]!, heads, offset: 0 });
  },

  linearNames: () => ["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"],

  normNames: ({ norms }) => [...normParts[norms].filter((part, index, all) => all.indexOf(part) === index), "ln_f"],
};

/** What the norms before attention and before the feed-forward are called. */
const normParts = {
  sequential: ["input_layernorm", "post_attention_layernorm"],
  shared: ["input_layernorm", "input_layernorm"],
  separate: ["ln_attn", "ln_mlp"],
} as const;

function block(stack: Stack, config: FalconConfig, layer: number, x: Tensor): Tensor {
  const { hiddenSize, intermediateSize, keyValueHeads, headSize, epsilon, biased, norms } = config;
  const at = new Block(stack, `transformer.h.${layer}`, layer);
  const [attentionNorm, mlpNorm] = normParts[norms];

  const attended = at.layerNorm(attentionNorm, x, epsilon);
  const width = hiddenSize + 2 * keyValueHeads * headSize;
  const fused = at.linear("self_attention.query_key_value", attended, width, biased);
  const position = config.rotary ? { rotary: config.rotary } : { keyBias: keyBiasOf(config) };
  const mixed = at.attend(at.splitGroups(fused), position);
  const attentionOutput = at.linear("self_attention.dense", mixed, hiddenSize, biased);
  const fromAttention = at.subLayer("attention", { input: attended, output: attentionOutput, residual: x });
  const middle = at.add("middle", x, fromAttention);

  const residual = norms === "sequential" ? middle : x;
  const fed = norms === "shared" ? attended : at.layerNorm(mlpNorm, residual, epsilon);
  const inner = at.linear("mlp.dense_h_to_4h", fed, intermediateSize, biased);
  const activated = activation(stack.program, at.name("activated"), inner, config.activation);
  const mlpOutput = at.linear("mlp.dense_4h_to_h", activated, hiddenSize, biased);
  return at.add("output", middle, at.subLayer("mlp", { input: fed, output: mlpOutput, residual }));
}

/**
 * ALiBi as Falcon was trained with it: slopes, positions and their products rounded to bfloat16,
 * then scaled like scores.
 */
function keyBiasOf({ heads, headSize }: FalconConfig): (head: number, position: number) => number {
  const slopes = alibiSlopes(heads).map(toBfloat16);
  return (head, position) => toBfloat16(slopes[head]! * toBfloat16(position)) * headSize ** -0.5;
}

/** The nearest number with 8 significant bits; ties to even. */
function toBfloat16(value: number): number {
  const bits = new Uint32Array(new Float32Array([value]).buffer);
  bits[0] = (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(bits.buffer)[0]!;
}
