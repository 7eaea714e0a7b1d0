/**
 * GPT-NeoX, Pythia: layer norm, rotary positions on a part of each head, queries, keys and values
 * fused head by head, attention and feed-forward beside each other or one after the other. Source:
 * transformers' modeling_gpt_neox.
 */

import * as z from "zod";
import { type ActivationKind, activation } from "../operations/activation";
import { embed } from "../operations/embed";
import type { Tensor } from "../program/tensor";
import { activationName } from "./activations";
import { parseConfig } from "./config";
import { Block, openStack, type Stack, stackLayerNorm } from "./decoder";
import type { Family, ModelConfig } from "./family";
import { type Rotary, rotate } from "./rotary";
import { readRotary, rotaryKeys } from "./rotary-keys";
import { checkSizes } from "./sizes";

export interface GptNeoxConfig extends ModelConfig {
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly activation: ActivationKind;
  readonly rotary: Rotary;
  readonly attentionBias: boolean;
  readonly parallelResidual: boolean;
}

const schema = z.looseObject({
  model_type: z.literal("gpt_neox"),
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  vocab_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  layer_norm_eps: z.number().positive().default(1e-5),
  hidden_act: activationName("gelu"),
  rotary_pct: z.number().positive().max(1).optional(),
  rotary_emb_base: z.number().positive().optional(),
  ...rotaryKeys,
  use_parallel_residual: z.boolean().default(true),
  attention_bias: z.boolean().default(true),
});

export const gptNeox: Family<GptNeoxConfig> = {
  id: "gpt_neox",
  title: "GPT-NeoX, Pythia",
  covers: "GPT-NeoX-20B, Pythia",
  modelTypes: ["gpt_neox"],
  prefixes: ["gpt_neox."],
  loraTargets: ["query_key_value"],
  tokenHead: "classifier",
  ia3Targets: { targets: ["query_key_value", "dense_4h_to_h"], feedForward: ["dense_4h_to_h"] },
  bidirectional: false,
  poolings: ["last", "mean"],
  languageHead: { tied: false },
  fanInFanOut: false,

  readConfig(json) {
    const config = parseConfig(schema, json);
    const { hidden_size: hiddenSize, num_attention_heads: heads } = config;
    const sizes = checkSizes({
      layers: config.num_hidden_layers,
      hiddenSize,
      heads,
      keyValueHeads: heads,
      headSize: hiddenSize / heads,
      vocabulary: config.vocab_size,
      contextLength: config.max_position_embeddings,
    });
    const spelled = {
      partial_rotary_factor: config.rotary_pct ?? config.partial_rotary_factor,
      rope_theta: config.rotary_emb_base ?? config.rope_theta,
    };
    return {
      ...sizes,
      intermediateSize: config.intermediate_size,
      epsilon: config.layer_norm_eps,
      activation: config.hidden_act,
      rotary: readRotary({ ...config, ...spelled }, sizes.headSize, { share: 0.25 }),
      attentionBias: config.attention_bias,
      parallelResidual: config.use_parallel_residual,
    };
  },

  build(program, config, input, batch, attachments) {
    const words = input.type === "int32" ? gptNeox.embed(program, config, "embeddings", input) : input;
    const stack = openStack(program, config, words, batch, attachments);
    let x = stack.built.states[0]!;
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(stack, config, layer, x);
      stack.built.states.push(x);
    }
    const hidden = stackLayerNorm(stack, "hidden", "gpt_neox.final_layer_norm", x, config.epsilon);
    return { hidden, ...stack.built };
  },

  embed(program, config, name, ids) {
    const table = program.weight("gpt_neox.embed_in.weight", [config.vocabulary, config.hiddenSize]);
    return embed(program, name, ids, table);
  },

  position(program, { headSize, rotary, heads }, name, keys) {
    return rotate(program, name, keys, { headSize, rotary, tokens: keys.shape[0]!, heads, offset: 0 });
  },

  linearNames: () => ["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"],

  normNames: () => ["input_layernorm", "post_attention_layernorm", "final_layer_norm"],
};

function block(stack: Stack, config: GptNeoxConfig, layer: number, x: Tensor): Tensor {
  const { hiddenSize, intermediateSize, epsilon, attentionBias, parallelResidual } = config;
  const at = new Block(stack, `gpt_neox.layers.${layer}`, layer);

  const attended = at.layerNorm("input_layernorm", x, epsilon);
  const fused = at.linear("attention.query_key_value", attended, 3 * hiddenSize, attentionBias);
  const mixed = at.attend(at.splitGroups(fused), { rotary: config.rotary });
  const attentionOutput = at.linear("attention.dense", mixed, hiddenSize, attentionBias);
  const fromAttention = at.subLayer("attention", { input: attended, output: attentionOutput, residual: x });
  const middle = at.add("middle", x, fromAttention);

  const residual = parallelResidual ? x : middle;
  const fed = at.layerNorm("post_attention_layernorm", residual, epsilon);
  const inner = at.linear("mlp.dense_h_to_4h", fed, intermediateSize);
  const activated = activation(stack.program, at.name("activated"), inner, config.activation);
  const mlpOutput = at.linear("mlp.dense_4h_to_h", activated, hiddenSize);
  return at.add("output", middle, at.subLayer("mlp", { input: fed, output: mlpOutput, residual }));
}
