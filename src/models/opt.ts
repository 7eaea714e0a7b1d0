/**
 * OPT: layer norm, learned positions that begin at row 2, ReLU. Source: transformers' modeling_opt.
 */

import * as z from "zod";
import { type ActivationKind, activation } from "../operations/activation";
import { embed } from "../operations/embed";
import type { Tensor } from "../program/tensor";
import { activationName } from "./activations";
import { parseConfig } from "./config";
import { addPositions, Block, openStack, type Stack, stackLayerNorm } from "./decoder";
import type { Family, ModelConfig } from "./family";
import { checkSizes } from "./sizes";

export interface OptConfig extends ModelConfig {
  readonly intermediateSize: number;
  readonly activation: ActivationKind;
  readonly biased: boolean;
}

/** Of torch's LayerNorm; no config.json says it. */
const EPSILON = 1e-5;
/** Rows of the position table before position 0. */
const SHIFT = 2;

const schema = z.looseObject({
  model_type: z.literal("opt"),
  hidden_size: z.int().positive(),
  ffn_dim: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  vocab_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  activation_function: activationName("relu"),
  word_embed_proj_dim: z.int().positive().nullish(),
  do_layer_norm_before: z
    .literal(true, "must be true: models with the norm after each sub-layer (opt-350m) are not supported")
    .default(true),
  _remove_final_layer_norm: z.literal(false, "must be false: the norm after the last block is needed").default(false),
  layer_norm_elementwise_affine: z.literal(true, "must be true: norms without a gain are not supported").default(true),
  enable_bias: z.boolean().default(true),
});

export const opt: Family<OptConfig> = {
  id: "opt",
  title: "OPT",
  covers: "OPT 125M, 1.3B and larger",
  modelTypes: ["opt"],
  prefixes: ["model.decoder.", "model."],
  loraTargets: ["q_proj", "v_proj"],
  withoutTokenClass: ["opt"],
  ia3Targets: { targets: ["q_proj", "k_proj", "fc2"], feedForward: ["fc2"] },
  bidirectional: false,
  poolings: ["last", "mean"],
  languageHead: { tied: true },
  fanInFanOut: false,

  readConfig(json) {
    const config = parseConfig(schema, json);
    const { word_embed_proj_dim: wordSize, hidden_size: hiddenSize } = config;
    if (wordSize && wordSize !== hiddenSize) {
      throw new Error(
        `config.json: word_embed_proj_dim ${wordSize} differs from hidden_size ${hiddenSize}; word embeddings that are ` +
          "projected (opt-350m) are not supported. Choose another size of OPT.",
      );
    }
    return checkSizes({
      layers: config.num_hidden_layers,
      hiddenSize,
      intermediateSize: config.ffn_dim,
      heads: config.num_attention_heads,
      keyValueHeads: config.num_attention_heads,
      headSize: hiddenSize / config.num_attention_heads,
      vocabulary: config.vocab_size,
      contextLength: config.max_position_embeddings,
      activation: config.activation_function,
      biased: config.enable_bias,
    });
  },

  build(program, config, input, batch, attachments) {
    const words = input.type === "int32" ? opt.embed(program, config, "embeddings", input) : input;
    const stack = openStack(program, config, words, batch, attachments);
    let x = addPositions(stack, stack.built.states[0]!, "model.decoder.embed_positions", SHIFT);
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(stack, config, layer, x);
      stack.built.states.push(x);
    }
    return { hidden: stackLayerNorm(stack, "hidden", "model.decoder.final_layer_norm", x, EPSILON), ...stack.built };
  },

  embed(program, config, name, ids) {
    const table = program.weight("model.decoder.embed_tokens.weight", [config.vocabulary, config.hiddenSize]);
    return embed(program, name, ids, table);
  },

  position: (_program, _config, _name, keys) => keys,

  linearNames: () => ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"],

  normNames: () => ["self_attn_layer_norm", "final_layer_norm"],
};

function block(stack: Stack, config: OptConfig, layer: number, x: Tensor): Tensor {
  const { hiddenSize, intermediateSize, biased } = config;
  const at = new Block(stack, `model.decoder.layers.${layer}`, layer);

  const attended = at.layerNorm("self_attn_layer_norm", x, EPSILON);
  const project = (part: string) => at.linear(`self_attn.${part}`, attended, hiddenSize, biased);
  const mixed = at.attend({ queries: project("q_proj"), keys: project("k_proj"), values: project("v_proj") });
  const attentionOutput = at.linear("self_attn.out_proj", mixed, hiddenSize, biased);
  const fromAttention = at.subLayer("attention", { input: attended, output: attentionOutput, residual: x });
  const middle = at.add("middle", x, fromAttention);

  const fed = at.layerNorm("final_layer_norm", middle, EPSILON);
  const inner = at.linear("fc1", fed, intermediateSize, biased);
  const activated = activation(stack.program, at.name("activated"), inner, config.activation);
  const mlpOutput = at.linear("fc2", activated, hiddenSize, biased);
  return at.add("output", middle, at.subLayer("mlp", { input: fed, output: mlpOutput, residual: middle }));
}
