/**
 * Llama and what is composed like it: RMS norm, rotary positions, grouped key/value heads, SwiGLU.
 * Mistral keeps to a window, Qwen2 adds biases to q, k and v and may keep to a window in its later
 * blocks, Qwen3 norms queries and keys per head. Source: transformers' modeling_llama,
 * modeling_mistral, modeling_qwen2, modeling_qwen3.
 */

import * as z from "zod";
import { gatedActivation } from "../operations/activation";
import { embed } from "../operations/embed";
import type { Tensor } from "../program/tensor";
import { parseConfig } from "./config";
import { Block, openStack, type Stack, stackRmsNorm } from "./decoder";
import type { Family, ModelConfig } from "./family";
import { type Rotary, rotate } from "./rotary";
import { readRotary, rotaryKeys } from "./rotary-keys";
import { checkSizes } from "./sizes";
import { layerTypes, readWindows, type Windows } from "./windows";

export interface LlamaConfig extends ModelConfig {
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly rotary: Rotary;
  /** Per block; null: it sees everything before it. */
  readonly windows: readonly (number | null)[];
  readonly attentionBias: boolean;
  readonly outputBias: boolean;
  readonly mlpBias: boolean;
  readonly headNorms: boolean;
}

const schema = z.looseObject({
  model_type: z.enum(["llama", "mistral", "qwen2", "qwen3"]),
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  num_key_value_heads: z.int().positive().optional(),
  head_dim: z.int().positive().nullish(),
  vocab_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  rms_norm_eps: z.number().positive(),
  hidden_act: z.literal("silu"),
  ...rotaryKeys,
  sliding_window: z.int().positive().nullish(),
  use_sliding_window: z.boolean().nullish(),
  max_window_layers: z.int().min(0).nullish(),
  layer_types: layerTypes,
  attention_bias: z.boolean().optional(),
  mlp_bias: z.boolean().optional(),
});

export const llama: Family<LlamaConfig> = {
  id: "llama",
  title: "Llama, Mistral, Qwen2, Qwen3",
  covers: "Llama 1–3, TinyLlama, SmolLM2, Mistral (sliding window), Qwen2, Qwen2.5, Qwen3",
  modelTypes: ["llama", "mistral", "qwen2", "qwen3"],
  prefixes: ["model."],
  loraTargets: ["q_proj", "v_proj"],
  ia3Targets: { targets: ["k_proj", "v_proj", "down_proj"], feedForward: ["down_proj"] },
  bidirectional: false,
  poolings: ["last", "mean"],
  fanInFanOut: false,
  languageHead: { tied: false },

  readConfig(json) {
    const config = parseConfig(schema, json);
    const heads = config.num_attention_heads;
    const headSize = config.head_dim ?? config.hidden_size / heads;
    const sizes = checkSizes({
      layers: config.num_hidden_layers,
      hiddenSize: config.hidden_size,
      heads,
      keyValueHeads: config.num_key_value_heads ?? heads,
      headSize,
      vocabulary: config.vocab_size,
      contextLength: config.max_position_embeddings,
    });
    return {
      ...sizes,
      intermediateSize: config.intermediate_size,
      epsilon: config.rms_norm_eps,
      rotary: readRotary(config, headSize),
      windows: windowsOf(config, sizes).windows,
      attentionBias: config.model_type === "qwen2" || config.attention_bias === true,
      outputBias: config.model_type !== "qwen2" && config.attention_bias === true,
      mlpBias: config.mlp_bias === true,
      headNorms: config.model_type === "qwen3",
    };
  },

  build(program, config, input, batch, attachments) {
    const words = input.type === "int32" ? llama.embed(program, config, "embeddings", input) : input;
    const stack = openStack(program, config, words, batch, attachments);
    let x = stack.built.states[0]!;
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(stack, config, layer, x);
      stack.built.states.push(x);
    }
    return { hidden: stackRmsNorm(stack, "hidden", "model.norm", x, config.epsilon), ...stack.built };
  },

  embed(program, config, name, ids) {
    const table = program.weight("model.embed_tokens.weight", [config.vocabulary, config.hiddenSize]);
    return embed(program, name, ids, table);
  },

  position(program, { headSize, rotary, keyValueHeads: heads }, name, keys) {
    return rotate(program, name, keys, { headSize, rotary, tokens: keys.shape[0]!, heads, offset: 0 });
  },

  linearNames: () => ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],

  normNames: ({ headNorms }) => [
    "input_layernorm",
    "post_attention_layernorm",
    "norm",
    ...(headNorms ? ["q_norm", "k_norm"] : []),
  ],
};

/**
 * Mistral's window holds in every block. Qwen's is off unless switched on, and then holds from
 * `max_window_layers` on.
 */
function windowsOf(config: z.infer<typeof schema>, sizes: ModelConfig): Windows {
  const { model_type: type, sliding_window: window, use_sliding_window: used, max_window_layers: first } = config;
  if (type === "mistral") return readWindows(sizes, window, config.layer_types, () => true);
  if (type === "llama" || used !== true) return readWindows(sizes, null, null, () => false);
  return readWindows(sizes, window ?? 4096, config.layer_types, (layer) => layer >= (first ?? 28));
}

function block(stack: Stack, config: LlamaConfig, layer: number, x: Tensor): Tensor {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize, epsilon, headNorms } = config;
  const at = new Block(stack, `model.layers.${layer}`, layer);
  const project = (part: string, input: Tensor, width: number) =>
    at.linear(`self_attn.${part}`, input, width, config.attentionBias);
  const headNorm = (part: string, input: Tensor) =>
    headNorms ? at.headRmsNorm(`self_attn.${part}`, input, epsilon) : input;

  const attended = at.rmsNorm("input_layernorm", x, epsilon);
  const queries = headNorm("q_norm", project("q_proj", attended, heads * headSize));
  const keys = headNorm("k_norm", project("k_proj", attended, keyValueHeads * headSize));
  const values = project("v_proj", attended, keyValueHeads * headSize);
  const window = config.windows[layer] ?? undefined;
  const mixed = at.attend({ queries, keys, values }, { rotary: config.rotary, window });
  const attentionOutput = at.linear("self_attn.o_proj", mixed, hiddenSize, config.outputBias);
  const fromAttention = at.subLayer("attention", { input: attended, output: attentionOutput, residual: x });
  const middle = at.add("middle", x, fromAttention);

  const fed = at.rmsNorm("post_attention_layernorm", middle, epsilon);
  const gate = at.linear("mlp.gate_proj", fed, intermediateSize, config.mlpBias);
  const up = at.linear("mlp.up_proj", fed, intermediateSize, config.mlpBias);
  const gated = gatedActivation(stack.program, at.name("gated"), gate, up, "silu");
  const mlpOutput = at.linear("mlp.down_proj", gated, hiddenSize, config.mlpBias);
  return at.add("output", middle, at.subLayer("mlp", { input: fed, output: mlpOutput, residual: middle }));
}
