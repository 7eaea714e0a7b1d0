/**
 * Phi-1, 1.5 and 2: one layer norm for attention and feed-forward, which stand beside each other;
 * rotary positions on a part of each head; biases everywhere. Source: transformers' modeling_phi.
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

export interface PhiConfig extends ModelConfig {
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly activation: ActivationKind;
  readonly rotary: Rotary;
}

const schema = z.looseObject({
  model_type: z.literal("phi"),
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  num_key_value_heads: z.int().positive().nullish(),
  vocab_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  layer_norm_eps: z.number().positive().default(1e-5),
  hidden_act: activationName("gelu_new"),
  ...rotaryKeys,
  qk_layernorm: z.literal(false, "must be false: norms on queries and keys are not supported here").default(false),
});

export const phi: Family<PhiConfig> = {
  id: "phi",
  title: "Phi-1, Phi-1.5, Phi-2",
  covers: "Phi-1, Phi-1.5, Phi-2",
  modelTypes: ["phi"],
  prefixes: ["model."],
  loraTargets: ["q_proj", "v_proj", "fc1", "fc2"],
  ia3Targets: { targets: ["q_proj", "v_proj", "fc2"], feedForward: ["fc2"] },
  bidirectional: false,
  poolings: ["last", "mean"],
  languageHead: { bias: true, tied: false },
  fanInFanOut: false,

  readConfig(json) {
    const config = parseConfig(schema, json);
    const { hidden_size: hiddenSize, num_attention_heads: heads } = config;
    const sizes = checkSizes({
      layers: config.num_hidden_layers,
      hiddenSize,
      heads,
      keyValueHeads: config.num_key_value_heads ?? heads,
      headSize: hiddenSize / heads,
      vocabulary: config.vocab_size,
      contextLength: config.max_position_embeddings,
    });
    return {
      ...sizes,
      intermediateSize: config.intermediate_size,
      epsilon: config.layer_norm_eps,
      activation: config.hidden_act,
      rotary: readRotary(config, sizes.headSize, { share: 0.5 }),
    };
  },

  build(program, config, input, batch, attachments) {
    const words = input.type === "int32" ? phi.embed(program, config, "embeddings", input) : input;
    const stack = openStack(program, config, words, batch, attachments);
    let x = stack.built.states[0]!;
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(stack, config, layer, x);
      stack.built.states.push(x);
    }
    const hidden = stackLayerNorm(stack, "hidden", "model.final_layernorm", x, config.epsilon);
    return { hidden, ...stack.built };
  },

  embed(program, config, name, ids) {
    const table = program.weight("model.embed_tokens.weight", [config.vocabulary, config.hiddenSize]);
    return embed(program, name, ids, table);
  },

  position(program, { headSize, rotary, keyValueHeads: heads }, name, keys) {
    return rotate(program, name, keys, { headSize, rotary, tokens: keys.shape[0]!, heads, offset: 0 });
  },

  linearNames: () => ["q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2"],

  normNames: () => ["input_layernorm", "final_layernorm"],
};

function block(stack: Stack, config: PhiConfig, layer: number, x: Tensor): Tensor {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize } = config;
  const at = new Block(stack, `model.layers.${layer}`, layer);

  const normed = at.layerNorm("input_layernorm", x, config.epsilon);
  const project = (part: string, count: number) => at.linear(`self_attn.${part}`, normed, count * headSize);
  const [queries, keys, values] = [
    project("q_proj", heads),
    project("k_proj", keyValueHeads),
    project("v_proj", keyValueHeads),
  ];
  const mixed = at.attend({ queries, keys, values }, { rotary: config.rotary });
  const attentionOutput = at.linear("self_attn.dense", mixed, hiddenSize);
  const fromAttention = at.subLayer("attention", { input: normed, output: attentionOutput, residual: x });
  const middle = at.add("middle", x, fromAttention);

  const inner = at.linear("mlp.fc1", normed, intermediateSize);
  const activated = activation(stack.program, at.name("activated"), inner, config.activation);
  const mlpOutput = at.linear("mlp.fc2", activated, hiddenSize);
  return at.add("output", middle, at.subLayer("mlp", { input: normed, output: mlpOutput, residual: x }));
}
