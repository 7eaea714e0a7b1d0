/** GPT-2: layer norm, learned positions, one fused q-k-v projection, GELU. Source: transformers' modeling_gpt2. */

import * as z from "zod";
import { activation } from "../operations/activation";
import { add } from "../operations/add";
import { attention } from "../operations/attention";
import { embed } from "../operations/embed";
import { layerNorm } from "../operations/norm";
import { prepend } from "../operations/prepend";
import { splitColumns } from "../operations/split-columns";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import { parseConfig } from "./config";
import type { Attachments, Batch, Family, ModelConfig } from "./family";
import { baseTensor, blockLinear } from "./sites";
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
  modelTypes: ["gpt2"],
  loraTargets: ["c_attn"],
  ia3Targets: { targets: ["c_attn", "mlp.c_proj"], feedForward: ["mlp.c_proj"] },
  fanInFanOut: true,

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
    const { prompt, prefix } = attachments;
    const front = prompt?.shape[0] ?? 0;
    const tokens = front + batch.tokens;
    const start = prefix?.virtualTokens ?? 0;
    const prompted = prompt ? prepend(program, "prompted", prompt, words, batch.size) : words;
    const rows = batch.size * tokens;
    const positionIds = program.constant(
      `positions ${start} + ${tokens} × ${batch.size}`,
      [rows],
      () => Int32Array.from({ length: rows }, (_, row) => start + (row % tokens)),
      "int32",
    );
    const positions = program.weight("transformer.wpe.weight", [config.contextLength, config.hiddenSize]);
    let x = add(program, "positioned", prompted, embed(program, "positions", positionIds, positions));
    const built = { states: [prompted], keys: [] as Tensor[], values: [] as Tensor[] };
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(program, config, layer, x, { ...batch, tokens }, attachments, built);
      built.states.push(x);
    }
    const hidden = norm(program, config, attachments, "hidden", "transformer.ln_f", x);
    return { hidden, front, ...built };
  },

  embed(program, config, name, ids) {
    const table = program.weight("transformer.wte.weight", [config.vocabulary, config.hiddenSize]);
    return embed(program, name, ids, table);
  },

  position: (_program, _config, _name, keys) => keys,

  linearNames: () => ["c_attn", "attn.c_proj", "c_fc", "mlp.c_proj"],

  normNames: () => ["ln_1", "ln_2", "ln_f"],
};

function norm(
  program: Program,
  config: Gpt2Config,
  attachments: Attachments,
  name: string,
  path: string,
  x: Tensor,
): Tensor {
  const weight = baseTensor(program, attachments, `${path}.weight`, [config.hiddenSize]);
  const bias = baseTensor(program, attachments, `${path}.bias`, [config.hiddenSize]);
  return layerNorm(program, name, x, weight, bias, config.epsilon);
}

function block(
  program: Program,
  config: Gpt2Config,
  layer: number,
  x: Tensor,
  batch: Batch,
  attachments: Attachments,
  built: { keys: Tensor[]; values: Tensor[] },
): Tensor {
  const { hiddenSize, intermediateSize, heads, headSize } = config;
  const path = `transformer.h.${layer}`;
  const name = (part: string) => `layers.${layer}.${part}`;
  const project = (part: string, input: Tensor, width: number) => {
    const site = { path: `${path}.${part}`, name: name(part), input, width, layout: "in-out", biased: true } as const;
    return blockLinear(program, attachments, site);
  };

  const attended = norm(program, config, attachments, name("ln_1"), `${path}.ln_1`, x);
  const fused = project("attn.c_attn", attended, 3 * hiddenSize);
  const parts = splitColumns(program, ["queries", "keys", "values"].map(name), fused, Array(3).fill(hiddenSize));
  const [queries, ownKeys, ownValues] = parts as [Tensor, Tensor, Tensor];
  built.keys.push(ownKeys);
  built.values.push(ownValues);
  const prefix = attachments.prefix?.layer(layer);
  const keys = prefix ? prepend(program, name("prefixed keys"), prefix.keys, ownKeys, batch.size) : ownKeys;
  const values = prefix ? prepend(program, name("prefixed values"), prefix.values, ownValues, batch.size) : ownValues;
  const options = { batch: batch.size, heads, keyValueHeads: heads, headSize, scale: headSize ** -0.5, causal: true };
  const mixed = attention(program, name("attention"), queries, keys, values, options);
  const attentionOutput = project("attn.c_proj", mixed, hiddenSize);
  const attentionSite = { input: attended, output: attentionOutput, residual: x };
  const fromAttention = attachments.subLayer?.(`${path}.attn`, "attention", attentionSite) ?? attentionOutput;
  const middle = add(program, name("middle"), x, fromAttention);

  const fed = norm(program, config, attachments, name("ln_2"), `${path}.ln_2`, middle);
  const activated = activation(program, name("activated"), project("mlp.c_fc", fed, intermediateSize), "gelu-tanh");
  const mlpOutput = project("mlp.c_proj", activated, hiddenSize);
  const mlpSite = { input: fed, output: mlpOutput, residual: middle };
  const fromMlp = attachments.subLayer?.(`${path}.mlp`, "mlp", mlpSite) ?? mlpOutput;
  return add(program, name("output"), middle, fromMlp);
}
