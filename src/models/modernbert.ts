/**
 * ModernBERT: an encoder with norms before its sub-layers, rotary positions and a gated
 * feed-forward; most blocks see only what is near and turn faster. Its classifier reads the first
 * token through the checkpoint's own head, which stays frozen. Source: transformers'
 * modeling_modernbert.
 */

import * as z from "zod";
import { type ActivationKind, activation, gatedActivation } from "../operations/activation";
import { embed } from "../operations/embed";
import { layerNorm } from "../operations/norm";
import { splitColumns } from "../operations/split-columns";
import type { Tensor } from "../program/tensor";
import { activationName } from "./activations";
import { frozenLinear, trainedLinear } from "./classifier";
import { parseConfig } from "./config";
import { Block, openStack, type Stack, stackLayerNorm } from "./decoder";
import type { Family, ModelConfig } from "./family";
import { type Rotary, rotate } from "./rotary";
import { readRotary, rotarySettings } from "./rotary-keys";
import { baseTensor } from "./sites";
import { checkSizes } from "./sizes";
import { layerTypes, readWindows, type Windows } from "./windows";

export interface ModernBertConfig extends ModelConfig, Windows {
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly activation: ActivationKind;
  readonly headActivation: ActivationKind;
  /** Of blocks that see everything, and of those within a window. */
  readonly rotary: Rotary;
  readonly localRotary: Rotary;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  readonly normBias: boolean;
  readonly headBias: boolean;
}

const schema = z.looseObject({
  model_type: z.literal("modernbert"),
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  vocab_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  norm_eps: z.number().positive().default(1e-5),
  norm_bias: z.boolean().default(false),
  hidden_activation: activationName("gelu"),
  classifier_activation: activationName("gelu"),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  classifier_bias: z.boolean().default(false),
  local_attention: z.int().positive().default(128),
  global_attn_every_n_layers: z.int().positive().default(3),
  layer_types: layerTypes,
  global_rope_theta: z.number().positive().nullish(),
  local_rope_theta: z.number().positive().nullish(),
  rope_scaling: rotarySettings.nullish(),
  rope_parameters: z
    .looseObject({ full_attention: rotarySettings.nullish(), sliding_attention: rotarySettings.nullish() })
    .nullish(),
});

export const modernbert: Family<ModernBertConfig> = {
  id: "modernbert",
  title: "ModernBERT",
  covers: "ModernBERT base and large",
  modelTypes: ["modernbert"],
  prefixes: ["model."],
  // PEFT has no defaults for this family; this holds what it chooses in BERT.
  loraTargets: ["Wqkv"],
  tokenHead: "classify",
  ia3Targets: { targets: ["Wqkv", "mlp.Wo"], feedForward: ["mlp.Wo"] },
  bidirectional: true,
  poolings: ["first", "cls", "mean"],
  takesPast: false,
  classifierArgument: 'classifier_pooling="cls"',
  fanInFanOut: false,

  readConfig(json) {
    const config = parseConfig(schema, json);
    const { hidden_size: hiddenSize, num_attention_heads: heads, max_position_embeddings: contextLength } = config;
    const headSize = hiddenSize / heads;
    const sizes = checkSizes({
      layers: config.num_hidden_layers,
      hiddenSize,
      heads,
      keyValueHeads: heads,
      headSize,
      vocabulary: config.vocab_size,
      contextLength,
    });
    const slides = (layer: number) => layer % config.global_attn_every_n_layers !== 0;
    const rotary = (kind: "full_attention" | "sliding_attention", theta: number) => {
      const settings = { ...config.rope_scaling, ...config.rope_parameters?.[kind] };
      return readRotary({ max_position_embeddings: contextLength, rope_parameters: settings }, headSize, { theta });
    };
    return {
      ...sizes,
      intermediateSize: config.intermediate_size,
      epsilon: config.norm_eps,
      activation: config.hidden_activation,
      headActivation: config.classifier_activation,
      rotary: rotary("full_attention", config.global_rope_theta ?? 160000),
      localRotary: rotary("sliding_attention", config.local_rope_theta ?? 10000),
      // Half of it to each side, and the token itself.
      ...readWindows(sizes, Math.floor(config.local_attention / 2) + 1, config.layer_types, slides),
      attentionBias: config.attention_bias,
      mlpBias: config.mlp_bias,
      normBias: config.norm_bias,
      headBias: config.classifier_bias,
    };
  },

  build(program, config, input, batch, attachments) {
    const { epsilon, normBias } = config;
    const words = input.type === "int32" ? modernbert.embed(program, config, "embeddings", input) : input;
    const stack = openStack(program, config, words, batch, attachments, { causal: false });
    let x = stackLayerNorm(stack, "embedded", "model.embeddings.norm", stack.built.states[0]!, epsilon, normBias);
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(stack, config, layer, x);
      stack.built.states.push(x);
    }
    return { hidden: stackLayerNorm(stack, "hidden", "model.final_norm", x, epsilon, normBias), ...stack.built };
  },

  classify(program, config, site) {
    const { state, classes, attachments } = site;
    const { hiddenSize, headBias, headActivation, normBias, epsilon } = config;
    const dense = frozenLinear(program, attachments, "head.dense", state, headBias);
    const activated = activation(program, "head activated", dense, headActivation);
    const leaf = (part: string) => baseTensor(program, attachments, `head.norm.${part}`, [hiddenSize]);
    const bias = normBias ? leaf("bias") : undefined;
    const normed = layerNorm(program, "head normed", activated, leaf("weight"), bias, epsilon);
    return trainedLinear(program, "classifier", normed, classes, site);
  },

  embed(program, { vocabulary, hiddenSize }, name, ids) {
    return embed(
      program,
      name,
      ids,
      program.weight("model.embeddings.tok_embeddings.weight", [vocabulary, hiddenSize]),
    );
  },

  position(program, config, name, keys, layer) {
    const { headSize, heads } = config;
    return rotate(program, name, keys, {
      headSize,
      heads,
      tokens: keys.shape[0]!,
      offset: 0,
      ...turning(config, layer),
    });
  },

  linearNames: () => ["Wqkv", "attn.Wo", "Wi", "mlp.Wo"],

  normNames: () => ["attn_norm", "mlp_norm", "embeddings.norm", "final_norm"],
};

function turning(config: ModernBertConfig, layer: number): { rotary: Rotary; table: string } {
  return config.sliding[layer]
    ? { rotary: config.localRotary, table: "local rotary" }
    : { rotary: config.rotary, table: "rotary" };
}

function block(stack: Stack, config: ModernBertConfig, layer: number, x: Tensor): Tensor {
  const { hiddenSize, intermediateSize, epsilon, attentionBias, mlpBias, normBias } = config;
  const { program } = stack;
  const at = new Block(stack, `model.layers.${layer}`, layer);

  // The first block reads the normed embeddings as they are.
  const attended = layer === 0 ? x : at.layerNorm("attn_norm", x, epsilon, normBias);
  const fused = at.linear("attn.Wqkv", attended, 3 * hiddenSize, attentionBias);
  const names = ["own queries", "own keys", "own values"].map(at.name, at);
  const [queries, keys, values] = splitColumns(program, names, fused, Array(3).fill(hiddenSize)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const window = config.windows[layer] ?? undefined;
  const mixed = at.attend({ queries, keys, values }, { ...turning(config, layer), window });
  const attentionOutput = at.linear("attn.Wo", mixed, hiddenSize, attentionBias);
  const fromAttention = at.subLayer("attention", { input: attended, output: attentionOutput, residual: x });
  const middle = at.add("middle", x, fromAttention);

  const fed = at.layerNorm("mlp_norm", middle, epsilon, normBias);
  const both = at.linear("mlp.Wi", fed, 2 * intermediateSize, mlpBias);
  const [inner, gate] = splitColumns(program, ["inner", "gate"].map(at.name, at), both, [
    intermediateSize,
    intermediateSize,
  ]) as [Tensor, Tensor];
  const gated = gatedActivation(program, at.name("gated"), inner, gate, config.activation);
  const mlpOutput = at.linear("mlp.Wo", gated, hiddenSize, mlpBias);
  return at.add("output", middle, at.subLayer("mlp", { input: fed, output: mlpOutput, residual: middle }));
}
