/**
 * GPT-2: layer norm, learned positions, one fused q-k-v projection, GELU. Source: transformers'
 * modeling_gpt2.
 */

import * as z from "zod";
import { activation } from "../operations/activation";
import { embed } from "../operations/embed";
import { splitColumns } from "../operations/split-columns";
import type { Tensor } from "../program/tensor";
import { parseConfig } from "./config";
import { addPositions, Block, openStack, type Stack, stackLayerNorm } from "./decoder";
import type { Family, ModelConfig } from "./family";
import { checkSizes } from "./sizes";

export interface Gpt2Config extends ModelConfig {
  readonly intermediateSize: number;
  readonly epsilon: number;
}

const schema = z.looseObject({
  model_type: z.literal("gpt2"),
  n_embd: z.int().positive(),
  n_layer: z.int().positive(),
  n_head: z.int().positive(),
  n_inner: z.int().positive().nullish(),
  n_positions: z.int().positive(),
  vocab_size: z.int().positive(),
  layer_norm_epsilon: z.number().positive(),
  activation_function: z.enum(["gelu_new", "gelu_pytorch_tanh"]).default("gelu_new"),
  scale_attn_weights: z.literal(true).default(true),
  scale_attn_by_inverse_layer_idx: z.literal(false).default(false),
});

export const gpt2: Family<Gpt2Config> = {
  id: "gpt2",
  title: "GPT-2",
  covers: "GPT-2, distilgpt2, DialoGPT",
  modelTypes: ["gpt2"],
  prefixes: ["transformer."],
  loraTargets: ["c_attn"],
  tokenHead: "classifier",
  ia3Targets: { targets: ["c_attn", "mlp.c_proj"], feedForward: ["mlp.c_proj"] },
  bidirectional: false,
  poolings: ["last", "mean"],
  fanInFanOut: true,
  languageHead: { tied: true },

  readConfig(json) {
    const config = parseConfig(schema, json);
    return checkSizes({
      layers: config.n_layer,
      hiddenSize: config.n_embd,
      intermediateSize: config.n_inner ?? 4 * config.n_embd,
      heads: config.n_head,
      keyValueHeads: config.n_head,
      headSize: config.n_embd / config.n_head,
      vocabulary: config.vocab_size,
      contextLength: config.n_positions,
      epsilon: config.layer_norm_epsilon,
    });
  },

  build(program, config, input, batch, attachments) {
    const words = input.type === "int32" ? gpt2.embed(program, config, "embeddings", input) : input;
    const stack = openStack(program, config, words, batch, attachments, { attentionName: "attn" });
    let x = addPositions(stack, stack.built.states[0]!, "transformer.wpe");
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(stack, config, layer, x);
      stack.built.states.push(x);
    }
    return { hidden: stackLayerNorm(stack, "hidden", "transformer.ln_f", x, config.epsilon), ...stack.built };
  },

  embed(program, config, name, ids) {
    const table = program.weight("transformer.wte.weight", [config.vocabulary, config.hiddenSize]);
    return embed(program, name, ids, table);
  },

  position: (_program, _config, _name, keys) => keys,

  linearNames: () => ["c_attn", "attn.c_proj", "c_fc", "mlp.c_proj"],

  normNames: () => ["ln_1", "ln_2", "ln_f"],
};

function block(stack: Stack, config: Gpt2Config, layer: number, x: Tensor): Tensor {
  const { hiddenSize, intermediateSize, epsilon } = config;
  const { program } = stack;
  const at = new Block(stack, `transformer.h.${layer}`, layer, "in-out");

  const attended = at.layerNorm("ln_1", x, epsilon);
  const fused = at.linear("attn.c_attn", attended, 3 * hiddenSize);
  const names = ["queries", "keys", "values"].map((part) => at.name(part));
  const parts = splitColumns(program, names, fused, Array(3).fill(hiddenSize));
  const [queries, keys, values] = parts as [Tensor, Tensor, Tensor];
  const attentionOutput = at.linear("attn.c_proj", at.attend({ queries, keys, values }), hiddenSize);
  const fromAttention = at.subLayer("attention", { input: attended, output: attentionOutput, residual: x });
  const middle = at.add("middle", x, fromAttention);

  const fed = at.layerNorm("ln_2", middle, epsilon);
  const inner = at.linear("mlp.c_fc", fed, intermediateSize);
  const activated = activation(program, at.name("activated"), inner, "gelu-tanh");
  const mlpOutput = at.linear("mlp.c_proj", activated, hiddenSize);
  return at.add("output", middle, at.subLayer("mlp", { input: fed, output: mlpOutput, residual: middle }));
}
