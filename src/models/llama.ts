/**
 * Llama and what is composed like it: RMS norm, rotary positions, grouped key/value heads, SwiGLU. Qwen2 adds biases to
 * q, k and v; Qwen3 norms queries and keys per head. Source: transformers' modeling_llama, modeling_qwen2, modeling_qwen3.
 */

import * as z from "zod";
import { gatedActivation } from "../operations/activation";
import { add } from "../operations/add";
import { attention } from "../operations/attention";
import { embed } from "../operations/embed";
import { rmsNorm } from "../operations/norm";
import { prepend } from "../operations/prepend";
import { view } from "../operations/view";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import { parseConfig } from "./config";
import type { Attachments, Batch, Family, ModelConfig } from "./family";
import { plainRotary, type Rotary, rotarySize, rotate } from "./rotary";
import { baseTensor, blockLinear } from "./sites";
import { checkSizes } from "./sizes";

export interface LlamaConfig extends ModelConfig {
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly rotary: Rotary;
  readonly attentionBias: boolean;
  readonly outputBias: boolean;
  readonly mlpBias: boolean;
  readonly headNorms: boolean;
}

const ropeParameters = z.looseObject({ rope_type: z.literal("default").optional(), rope_theta: z.number().optional() });
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
  rope_theta: z.number().positive().optional(),
  rope_scaling: z.null("is not supported yet; only unscaled rotary positions are").optional(),
  rope_parameters: ropeParameters.nullish(),
  sliding_window: z.int().positive().nullish(),
  use_sliding_window: z.boolean().optional(),
  attention_bias: z.boolean().optional(),
  mlp_bias: z.boolean().optional(),
});

export const llama: Family<LlamaConfig> = {
  id: "llama",
  title: "Llama, Mistral, Qwen2, Qwen3",
  modelTypes: ["llama", "mistral", "qwen2", "qwen3"],
  loraTargets: ["q_proj", "v_proj"],
  ia3Targets: { targets: ["k_proj", "v_proj", "down_proj"], feedForward: ["down_proj"] },
  fanInFanOut: false,

  readConfig(json) {
    const config = parseConfig(schema, json);
    const heads = config.num_attention_heads;
    const window = config.use_sliding_window === false ? null : config.sliding_window;
    if (window && window < config.max_position_embeddings) {
      throw new Error(
        `config.json: sliding_window ${window} is shorter than the context of ${config.max_position_embeddings} ` +
          "positions; sliding-window attention is not supported yet.",
      );
    }
    const headSize = config.head_dim ?? config.hidden_size / heads;
    const theta = config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10000;
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
      rotary: plainRotary(rotarySize(headSize), theta),
      attentionBias: config.model_type === "qwen2" || config.attention_bias === true,
      outputBias: config.model_type !== "qwen2" && config.attention_bias === true,
      mlpBias: config.mlp_bias === true,
      headNorms: config.model_type === "qwen3",
    };
  },

  build(program, config, input, batch, attachments) {
    const words = input.type === "int32" ? llama.embed(program, config, "embeddings", input) : input;
    const { prompt, prefix } = attachments;
    const front = prompt?.shape[0] ?? 0;
    const tokens = front + batch.tokens;
    const start = prefix?.virtualTokens ?? 0;
    let x = prompt ? prepend(program, "prompted", prompt, words, batch.size) : words;
    const built = { states: [x], keys: [] as Tensor[], values: [] as Tensor[] };
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(program, config, layer, x, { ...batch, tokens }, start, attachments, built);
      built.states.push(x);
    }
    const gain = baseTensor(program, attachments, "model.norm.weight", [config.hiddenSize]);
    const hidden = rmsNorm(program, "hidden", x, gain, config.epsilon);
    return { hidden, front, ...built };
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

function block(
  program: Program,
  config: LlamaConfig,
  layer: number,
  x: Tensor,
  batch: Batch,
  start: number,
  attachments: Attachments,
  built: { keys: Tensor[]; values: Tensor[] },
): Tensor {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize, epsilon } = config;
  const path = `model.layers.${layer}`;
  const name = (part: string) => `layers.${layer}.${part}`;
  const leaf = (weight: string, shape: readonly number[]) => baseTensor(program, attachments, weight, shape);
  const norm = (part: string, input: Tensor) =>
    rmsNorm(program, name(part), input, leaf(`${path}.${part}.weight`, [hiddenSize]), epsilon);
  const project = (part: string, input: Tensor, width: number, biased: boolean) => {
    const site = { path: `${path}.${part}`, name: name(part), input, width, layout: "out-in", biased } as const;
    return blockLinear(program, attachments, site);
  };
  const headNorm = (part: string, input: Tensor, count: number) => {
    if (!config.headNorms) return input;
    const rows = view(program, name(`${part} heads`), input, [input.shape[0]! * count, headSize]);
    const weight = leaf(`${path}.self_attn.${part}.weight`, [headSize]);
    return view(program, name(part), rmsNorm(program, name(`${part} normed`), rows, weight, epsilon), input.shape);
  };

  const attended = norm("input_layernorm", x);
  const biased = config.attentionBias;
  let queries = project("self_attn.q_proj", attended, heads * headSize, biased);
  let keys = project("self_attn.k_proj", attended, keyValueHeads * headSize, biased);
  let values = project("self_attn.v_proj", attended, keyValueHeads * headSize, biased);
  queries = headNorm("q_norm", queries, heads);
  keys = headNorm("k_norm", keys, keyValueHeads);
  built.keys.push(keys);
  built.values.push(values);
  const turn = { headSize, rotary: config.rotary, tokens: batch.tokens, offset: start };
  queries = rotate(program, name("queries"), queries, { ...turn, heads });
  keys = rotate(program, name("keys"), keys, { ...turn, heads: keyValueHeads });
  const prefix = attachments.prefix?.layer(layer);
  if (prefix) {
    keys = prepend(program, name("prefixed keys"), prefix.keys, keys, batch.size);
    values = prepend(program, name("prefixed values"), prefix.values, values, batch.size);
  }
  const options = { batch: batch.size, heads, keyValueHeads, headSize, scale: headSize ** -0.5, causal: true };
  const mixed = attention(program, name("attention"), queries, keys, values, options);
  const attentionOutput = project("self_attn.o_proj", mixed, hiddenSize, config.outputBias);
  const attentionSite = { input: attended, output: attentionOutput, residual: x };
  const fromAttention = attachments.subLayer?.(`${path}.self_attn`, "attention", attentionSite) ?? attentionOutput;
  const middle = add(program, name("middle"), x, fromAttention);

  const fed = norm("post_attention_layernorm", middle);
  const gate = project("mlp.gate_proj", fed, intermediateSize, config.mlpBias);
  const up = project("mlp.up_proj", fed, intermediateSize, config.mlpBias);
  const gated = gatedActivation(program, name("gated"), gate, up, "silu");
  const mlpOutput = project("mlp.down_proj", gated, hiddenSize, config.mlpBias);
  const mlpSite = { input: fed, output: mlpOutput, residual: middle };
  const fromMlp = attachments.subLayer?.(`${path}.mlp`, "mlp", mlpSite) ?? mlpOutput;
  return add(program, name("output"), middle, fromMlp);
}
