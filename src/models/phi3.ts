/**
 * Phi-3, Phi-3.5, Phi-4-mini: Llama's block with queries, keys and values fused, and gate and up
 * fused. Long-context models are read up to the length they were first trained for, where their
 * short factors hold. Source: transformers' modeling_phi3.
 */

import * as z from "zod";
import { gatedActivation } from "../operations/activation";
import { embed } from "../operations/embed";
import { splitColumns } from "../operations/split-columns";
import type { Tensor } from "../program/tensor";
import { parseConfig } from "./config";
import { Block, openStack, type Stack, stackRmsNorm } from "./decoder";
import type { Family, ModelConfig } from "./family";
import { plainRotary, type Rotary, rotarySize, rotate } from "./rotary";
import { checkSizes } from "./sizes";

export interface Phi3Config extends ModelConfig {
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly rotary: Rotary;
  /** How many keys a query sees, its own included; all where there is none. */
  readonly window?: number;
}

const factors = z.array(z.number().positive()).min(1);
const unscaled = z.looseObject({ rope_type: z.literal("default").optional(), type: z.undefined().optional() });
/** transformers reads `su` and `yarn` in this family as `longrope`. */
const long = z.literal(
  ["longrope", "su", "yarn"],
  'must be "longrope": other kinds of rotary scaling are not supported',
);
const scaled = z.union([
  z.looseObject({ rope_type: long, short_factor: factors }),
  z.looseObject({ type: long, rope_type: z.undefined().optional(), short_factor: factors }),
]);

const schema = z.looseObject({
  model_type: z.literal("phi3"),
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  num_key_value_heads: z.int().positive().nullish(),
  vocab_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  original_max_position_embeddings: z.int().positive().nullish(),
  rms_norm_eps: z.number().positive().default(1e-5),
  hidden_act: z.literal("silu").default("silu"),
  rope_theta: z.number().positive().optional(),
  partial_rotary_factor: z.number().positive().max(1).optional(),
  rope_scaling: z.union([scaled, unscaled]).nullish(),
  rope_parameters: z.union([scaled, unscaled]).nullish(),
  sliding_window: z.int().positive().nullish(),
});

export const phi3: Family<Phi3Config> = {
  id: "phi3",
  title: "Phi-3, Phi-3.5, Phi-4-mini",
  covers: "Phi-3, Phi-3.5-mini, Phi-4-mini",
  modelTypes: ["phi3"],
  prefixes: ["model."],
  // PEFT has no defaults for this family; these are the linears that hold what it chooses in Llama.
  loraTargets: ["qkv_proj"],
  ia3Targets: { targets: ["qkv_proj", "down_proj"], feedForward: ["down_proj"] },
  bidirectional: false,
  poolings: ["last", "mean"],
  languageHead: { tied: false },
  fanInFanOut: false,

  readConfig(json) {
    const config = parseConfig(schema, json);
    const heads = config.num_attention_heads;
    const headSize = config.hidden_size / heads;
    const sizes = checkSizes({
      layers: config.num_hidden_layers,
      hiddenSize: config.hidden_size,
      heads,
      keyValueHeads: config.num_key_value_heads ?? heads,
      headSize,
      vocabulary: config.vocab_size,
      contextLength: config.max_position_embeddings,
    });
    const { rotary, contextLength } = positionsOf(config, headSize);
    const window = config.sliding_window;
    return {
      ...sizes,
      intermediateSize: config.intermediate_size,
      contextLength,
      epsilon: config.rms_norm_eps,
      rotary,
      ...(window && window < contextLength && { window }),
    };
  },

  build(program, config, input, batch, attachments) {
    const words = input.type === "int32" ? phi3.embed(program, config, "embeddings", input) : input;
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

  linearNames: () => ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"],

  normNames: () => ["input_layernorm", "post_attention_layernorm", "norm"],
};

/**
 * LongRoPE (Ding et al. 2024) divides every pair's speed by a factor of its own and stretches
 * cosine and sine. There are two sets of factors; the short one holds up to the original length, to
 * which the context is therefore cut.
 */
function positionsOf(config: z.infer<typeof schema>, headSize: number): { rotary: Rotary; contextLength: number } {
  const keys: Record<string, unknown> = config.rope_parameters ?? config.rope_scaling ?? {};
  const factor = (keys.partial_rotary_factor as number | undefined) ?? config.partial_rotary_factor ?? 1;
  const theta = (keys.rope_theta as number | undefined) ?? config.rope_theta ?? 10000;
  const plain = plainRotary(rotarySize(headSize, factor), theta);
  const longest = config.max_position_embeddings;
  const short = keys.short_factor as readonly number[] | undefined;
  if (!short) return { rotary: plain, contextLength: longest };
  const pairs = plain.frequencies.length;
  if (short.length !== pairs) {
    throw new Error(`config.json: short_factor has ${short.length} factors for ${pairs} pairs of rotary columns.`);
  }
  const own = (keys.original_max_position_embeddings as number | undefined) ?? config.original_max_position_embeddings;
  if (!own) throw new Error("config.json: original_max_position_embeddings is missing; longrope needs it.");
  const ratio = longest / own;
  const scale =
    (keys.attention_factor as number | undefined) ?? (ratio <= 1 ? 1 : Math.sqrt(1 + Math.log(ratio) / Math.log(own)));
  const frequencies = plain.frequencies.map((speed, pair) => speed / short[pair]!);
  return { rotary: { frequencies, scale }, contextLength: Math.min(longest, own) };
}

function block(stack: Stack, config: Phi3Config, layer: number, x: Tensor): Tensor {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize, epsilon } = config;
  const { program } = stack;
  const at = new Block(stack, `model.layers.${layer}`, layer);
  const split = (names: readonly string[], fused: Tensor, widths: readonly number[]) =>
    splitColumns(program, names.map(at.name, at), fused, widths);

  const attended = at.rmsNorm("input_layernorm", x, epsilon);
  const widths = [heads * headSize, keyValueHeads * headSize, keyValueHeads * headSize];
  const fused = at.linear("self_attn.qkv_proj", attended, widths[0]! + 2 * widths[1]!, false);
  const [queries, keys, values] = split(["own queries", "own keys", "own values"], fused, widths) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const mixed = at.attend({ queries, keys, values }, { rotary: config.rotary, window: config.window });
  const attentionOutput = at.linear("self_attn.o_proj", mixed, hiddenSize, false);
  const fromAttention = at.subLayer("attention", { input: attended, output: attentionOutput, residual: x });
  const middle = at.add("middle", x, fromAttention);

  const fed = at.rmsNorm("post_attention_layernorm", middle, epsilon);
  const both = at.linear("mlp.gate_up_proj", fed, 2 * intermediateSize, false);
  const [gate, up] = split(["gate", "up"], both, [intermediateSize, intermediateSize]) as [Tensor, Tensor];
  const gated = gatedActivation(program, at.name("gated"), gate, up, "silu");
  const mlpOutput = at.linear("mlp.down_proj", gated, hiddenSize, false);
  return at.add("output", middle, at.subLayer("mlp", { input: fed, output: mlpOutput, residual: middle }));
}
