/**
 * BLOOM: a norm after the word embeddings, ALiBi instead of positions, queries, keys and values
 * fused head by head. Source: transformers' modeling_bloom.
 */

import * as z from "zod";
import { activation } from "../operations/activation";
import { embed } from "../operations/embed";
import type { Tensor } from "../program/tensor";
import { alibiSlopes } from "./alibi";
import { parseConfig } from "./config";
import { Block, openStack, type Stack, stackLayerNorm } from "./decoder";
import type { Family, ModelConfig } from "./family";
import { checkSizes } from "./sizes";

export interface BloomConfig extends ModelConfig {
  readonly epsilon: number;
  /** Of every head. */
  readonly slopes: readonly number[];
}

const size = z.int().positive();
const schema = z
  .looseObject({
    model_type: z.literal("bloom"),
    hidden_size: size.optional(),
    n_embed: size.optional(),
    n_layer: size.optional(),
    num_hidden_layers: size.optional(),
    n_head: size.optional(),
    num_attention_heads: size.optional(),
    vocab_size: size,
    seq_length: size.default(2048),
    layer_norm_epsilon: z.number().positive().default(1e-5),
    apply_residual_connection_post_layernorm: z
      .literal(false, "must be false: a residual stream after the norm is not supported")
      .default(false),
  })
  .transform((config, context) => {
    const hiddenSize = config.hidden_size ?? config.n_embed;
    const layers = config.n_layer ?? config.num_hidden_layers;
    const heads = config.n_head ?? config.num_attention_heads;
    if (hiddenSize && layers && heads) return { ...config, hiddenSize, layers, heads };
    const missing = hiddenSize ? (layers ? "n_head" : "n_layer") : "hidden_size";
    context.addIssue({ code: "custom", path: [missing], message: "is missing" });
    return z.NEVER;
  });

export const bloom: Family<BloomConfig> = {
  id: "bloom",
  title: "BLOOM",
  covers: "BLOOM, BLOOMZ",
  modelTypes: ["bloom"],
  prefixes: ["transformer."],
  loraTargets: ["query_key_value"],
  tokenHead: "classifier",
  ia3Targets: { targets: ["query_key_value", "mlp.dense_4h_to_h"], feedForward: ["mlp.dense_4h_to_h"] },
  bidirectional: false,
  poolings: ["last", "mean"],
  languageHead: { tied: true },
  fanInFanOut: false,

  readConfig(json) {
    const config = parseConfig(schema, json);
    const { layers, hiddenSize, heads } = config;
    return checkSizes({
      layers,
      hiddenSize,
      heads,
      keyValueHeads: heads,
      headSize: hiddenSize / heads,
      vocabulary: config.vocab_size,
      contextLength: config.seq_length,
      epsilon: config.layer_norm_epsilon,
      slopes: alibiSlopes(heads),
    });
  },

  build(program, config, input, batch, attachments) {
    const words = input.type === "int32" ? bloom.embed(program, config, "embeddings", input) : input;
    const stack = openStack(program, config, words, batch, attachments, { attentionName: "attn" });
    const norm = (name: string, x: Tensor) =>
      stackLayerNorm(stack, name, `transformer.${name === "hidden" ? "ln_f" : name}`, x, config.epsilon);
    let x = norm("word_embeddings_layernorm", stack.built.states[0]!);
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(stack, config, layer, x);
      stack.built.states.push(x);
    }
    return { hidden: norm("hidden", x), ...stack.built };
  },

  embed(program, config, name, ids) {
    const table = program.weight("transformer.word_embeddings.weight", [config.vocabulary, config.hiddenSize]);
    return embed(program, name, ids, table);
  },

  position: (_program, _config, _name, keys) => keys,

  linearNames: () => ["query_key_value", "dense", "dense_h_to_4h", "mlp.dense_4h_to_h"],

  normNames: () => ["word_embeddings_layernorm", "input_layernorm", "post_attention_layernorm", "ln_f"],
};

function block(stack: Stack, config: BloomConfig, layer: number, x: Tensor): Tensor {
  const { hiddenSize, epsilon, slopes } = config;
  const at = new Block(stack, `transformer.h.${layer}`, layer);

  const attended = at.layerNorm("input_layernorm", x, epsilon);
  const fused = at.linear("self_attention.query_key_value", attended, 3 * hiddenSize);
  const keyBias = (head: number, position: number) => slopes[head]! * position;
  const mixed = at.attend(at.splitGroups(fused), { keyBias });
  const attentionOutput = at.linear("self_attention.dense", mixed, hiddenSize);
  const fromAttention = at.subLayer("attention", { input: attended, output: attentionOutput, residual: x });
  const middle = at.add("middle", x, fromAttention);

  const fed = at.layerNorm("post_attention_layernorm", middle, epsilon);
  const inner = at.linear("mlp.dense_h_to_4h", fed, 4 * hiddenSize);
  const activated = activation(stack.program, at.name("activated"), inner, "gelu-tanh");
  const mlpOutput = at.linear("mlp.dense_4h_to_h", activated, hiddenSize);
  return at.add("output", middle, at.subLayer("mlp", { input: fed, output: mlpOutput, residual: middle }));
}
