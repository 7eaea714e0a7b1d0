/**
 * Gemma 2 and Gemma 3 (text): word embeddings times the root of the hidden size, norms before and
 * after each sub-layer with gains stored from one, blocks within a window between blocks that see
 * everything. Gemma 2 bends attention scores, Gemma 3 norms queries and keys per head and turns
 * slower where it sees everything. Source: transformers' modeling_gemma2, modeling_gemma3.
 */

import * as z from "zod";
import { gatedActivation } from "../operations/activation";
import { embed } from "../operations/embed";
import { scaleColumns } from "../operations/scale-columns";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import { parseConfig } from "./config";
import { Block, openStack, type Stack, stackRmsNorm } from "./decoder";
import type { Family, ModelConfig } from "./family";
import { type Rotary, rotate } from "./rotary";
import { readRotary, rotaryKeys, rotarySettings } from "./rotary-keys";
import { checkSizes } from "./sizes";
import { layerTypes, readWindows, type Windows } from "./windows";

export interface GemmaConfig extends ModelConfig, Windows {
  readonly intermediateSize: number;
  readonly epsilon: number;
  /** Of blocks that see everything, and of those within a window. */
  readonly rotary: Rotary;
  readonly localRotary: Rotary;
  /** On the scores. */
  readonly scale: number;
  readonly softCap?: number;
  readonly attentionBias: boolean;
  readonly headNorms: boolean;
  /**
   * Whether what is prepended as embeddings is scaled like words (Gemma 2), or only words are
   * (Gemma 3).
   */
  readonly scalesPrompt: boolean;
}

/** transformers 5 nests Gemma 3's rotary positions by the kind of block. */
const nested = z.looseObject({ full_attention: rotarySettings, sliding_attention: rotarySettings });

const schema = z.looseObject({
  model_type: z.enum(["gemma2", "gemma3_text"]),
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  num_key_value_heads: z.int().positive(),
  head_dim: z.int().positive().default(256),
  vocab_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  rms_norm_eps: z.number().positive().default(1e-6),
  hidden_activation: z.literal("gelu_pytorch_tanh").nullish(),
  query_pre_attn_scalar: z.number().positive().default(256),
  sliding_window: z.int().positive().nullish(),
  sliding_window_pattern: z.int().positive().nullish(),
  layer_types: layerTypes,
  attn_logit_softcapping: z.number().positive().nullish(),
  final_logit_softcapping: z.number().positive().nullish(),
  attention_bias: z.boolean().default(false),
  use_bidirectional_attention: z
    .literal([false, null], "must be false: Gemma 3 as an encoder (EmbeddingGemma) is not supported")
    .optional(),
  ...rotaryKeys,
  rope_parameters: z.union([nested, rotarySettings]).nullish(),
  rope_local_base_freq: z.number().positive().nullish(),
});

export const gemma: Family<GemmaConfig> = {
  id: "gemma",
  title: "Gemma 2, Gemma 3 (text)",
  covers: "Gemma 2, Gemma 3 (text: 270M, 1B)",
  modelTypes: ["gemma2", "gemma3_text"],
  prefixes: ["model."],
  loraTargets: ["q_proj", "v_proj"],
  withoutTokenClass: ["gemma3_text"],
  ia3Targets: { targets: ["q_proj", "v_proj", "down_proj"], feedForward: ["down_proj"] },
  bidirectional: false,
  poolings: ["last", "mean"],
  languageHead: { tied: true },
  fanInFanOut: false,

  readConfig(json) {
    const config = parseConfig(schema, json);
    const third = config.model_type === "gemma3_text";
    const headSize = config.head_dim;
    const sizes = checkSizes({
      layers: config.num_hidden_layers,
      hiddenSize: config.hidden_size,
      heads: config.num_attention_heads,
      keyValueHeads: config.num_key_value_heads,
      headSize,
      vocabulary: config.vocab_size,
      contextLength: config.max_position_embeddings,
    });
    const every = third ? (config.sliding_window_pattern ?? 6) : 2;
    const slides = (layer: number) => (layer + 1) % every !== 0;
    return {
      ...sizes,
      intermediateSize: config.intermediate_size,
      epsilon: config.rms_norm_eps,
      ...rotariesOf(config, headSize, third),
      ...readWindows(sizes, config.sliding_window ?? 4096, config.layer_types, slides),
      scale: config.query_pre_attn_scalar ** -0.5,
      ...capsOf(config, third),
      attentionBias: config.attention_bias,
      headNorms: third,
      scalesPrompt: !third,
    };
  },

  build(program, config, input, batch, attachments) {
    const words = input.type === "int32" ? gemma.embed(program, config, "embeddings", input) : input;
    const stack = openStack(program, config, words, batch, attachments, { gainsFromOne: true });
    const [first] = stack.built.states;
    let x = config.scalesPrompt ? scale(program, "scaled embeddings", first!) : first!;
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(stack, config, layer, x);
      stack.built.states.push(x);
    }
    return { hidden: stackRmsNorm(stack, "hidden", "model.norm", x, config.epsilon), ...stack.built };
  },

  wordScale: ({ hiddenSize, scalesPrompt }) => (scalesPrompt ? 1 : Math.sqrt(hiddenSize)),

  embed(program, { vocabulary, hiddenSize, scalesPrompt }, name, ids) {
    const words = embed(program, name, ids, program.weight("model.embed_tokens.weight", [vocabulary, hiddenSize]));
    return scalesPrompt ? words : scale(program, `${name} scaled`, words);
  },

  position(program, config, name, keys, layer) {
    const { headSize, keyValueHeads: heads } = config;
    return rotate(program, name, keys, {
      headSize,
      heads,
      tokens: keys.shape[0]!,
      offset: 0,
      ...turning(config, layer),
    });
  },

  linearNames: () => ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],

  normNames: ({ headNorms }) => [
    "input_layernorm",
    "post_attention_layernorm",
    "pre_feedforward_layernorm",
    "post_feedforward_layernorm",
    "norm",
    ...(headNorms ? ["q_norm", "k_norm"] : []),
  ],
};

type Keys = z.infer<typeof schema>;

/** Scaling, where there is any, is for the blocks that see everything. */
function rotariesOf(config: Keys, headSize: number, third: boolean): Pick<GemmaConfig, "rotary" | "localRotary"> {
  const { max_position_embeddings, rope_parameters: given } = config;
  const own = nested.safeParse(given);
  if (own.success) {
    const of = (settings: z.infer<typeof rotarySettings>, theta: number) =>
      readRotary({ max_position_embeddings, rope_parameters: settings }, headSize, { theta });
    return { rotary: of(own.data.full_attention, 1e6), localRotary: of(own.data.sliding_attention, 10000) };
  }
  const rotary = readRotary({ ...config, rope_parameters: given }, headSize, { theta: third ? 1e6 : 10000 });
  const local = { max_position_embeddings, rope_theta: config.rope_local_base_freq };
  return { rotary, localRotary: third ? readRotary(local, headSize) : rotary };
}

/** Gemma 2 bends scores and logits where the file does not say; null says that it does not. */
function capsOf(
  { attn_logit_softcapping: attention, final_logit_softcapping: final }: Keys,
  third: boolean,
): Pick<GemmaConfig, "softCap" | "logitCap"> {
  const softCap = attention === undefined && !third ? 50 : (attention ?? undefined);
  const logitCap = final === undefined && !third ? 30 : (final ?? undefined);
  return { ...(softCap !== undefined && { softCap }), ...(logitCap !== undefined && { logitCap }) };
}

function turning(config: GemmaConfig, layer: number): { rotary: Rotary; table: string } {
  return config.sliding[layer]
    ? { rotary: config.localRotary, table: "local rotary" }
    : { rotary: config.rotary, table: "rotary" };
}

/** Times the root of the width. */
function scale(program: Program, name: string, x: Tensor): Tensor {
  const width = x.shape[1]!;
  const root = program.constant(`root of ${width}`, [width], () => new Float32Array(width).fill(Math.sqrt(width)));
  return scaleColumns(program, name, x, root);
}

function block(stack: Stack, config: GemmaConfig, layer: number, x: Tensor): Tensor {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize, epsilon, scale, softCap } = config;
  const at = new Block(stack, `model.layers.${layer}`, layer);
  const project = (part: string, input: Tensor, width: number) =>
    at.linear(`self_attn.${part}`, input, width, config.attentionBias);
  const headNorm = (part: string, input: Tensor) =>
    config.headNorms ? at.headRmsNorm(`self_attn.${part}`, input, epsilon) : input;

  const attended = at.rmsNorm("input_layernorm", x, epsilon);
  const queries = headNorm("q_norm", project("q_proj", attended, heads * headSize));
  const keys = headNorm("k_norm", project("k_proj", attended, keyValueHeads * headSize));
  const values = project("v_proj", attended, keyValueHeads * headSize);
  const window = config.windows[layer] ?? undefined;
  const mixed = at.attend({ queries, keys, values }, { ...turning(config, layer), window, scale, softCap });
  const attentionOutput = at.rmsNorm("post_attention_layernorm", project("o_proj", mixed, hiddenSize), epsilon);
  const fromAttention = at.subLayer("attention", { input: attended, output: attentionOutput, residual: x });
  const middle = at.add("middle", x, fromAttention);

  const fed = at.rmsNorm("pre_feedforward_layernorm", middle, epsilon);
  const gate = at.linear("mlp.gate_proj", fed, intermediateSize, false);
  const up = at.linear("mlp.up_proj", fed, intermediateSize, false);
  const gated = gatedActivation(stack.program, at.name("gated"), gate, up, "gelu-tanh");
  const down = at.linear("mlp.down_proj", gated, hiddenSize, false);
  const mlpOutput = at.rmsNorm("post_feedforward_layernorm", down, epsilon);
  return at.add("output", middle, at.subLayer("mlp", { input: fed, output: mlpOutput, residual: middle }));
}
