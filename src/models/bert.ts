/**
 * BERT, MiniLM (BERT's layout) and RoBERTa: every token sees every other, norms come after the
 * sub-layers, learned positions (RoBERTa's begin after the padding id). All tokens are of type 0.
 * Source: transformers' modeling_bert, modeling_roberta.
 */

import * as z from "zod";
import { tokenTypes } from "../data/channels";
import { type ActivationKind, activation } from "../operations/activation";
import { add } from "../operations/add";
import { embed } from "../operations/embed";
import { insertAfter } from "../operations/insert-after";
import { prepend } from "../operations/prepend";
import type { Tensor } from "../program/tensor";
import { activationName } from "./activations";
import { frozenLinear, trainedLinear } from "./classifier";
import { parseConfig } from "./config";
import { addPositions, Block, openStack, type Stack, stackLayerNorm } from "./decoder";
import type { Batch, Family, ModelConfig } from "./family";
import { checkSizes } from "./sizes";

export interface BertConfig extends ModelConfig {
  /** What comes before all names: also the model type. */
  readonly root: "bert" | "roberta";
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly activation: ActivationKind;
  readonly tokenTypes: number;
  /** Rows of the position table before position 0. */
  readonly shift: number;
}

const schema = z.looseObject({
  model_type: z.enum(["bert", "roberta"]),
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  vocab_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  type_vocab_size: z.int().positive().default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_act: activationName("gelu"),
  pad_token_id: z.int().min(0).nullish(),
  position_embedding_type: z
    .literal("absolute", "must be absolute: relative positions are not supported")
    .default("absolute"),
  is_decoder: z.literal(false, "must be false: only encoders of this kind are supported").default(false),
});

export const bert: Family<BertConfig> = {
  id: "bert",
  title: "BERT, MiniLM, RoBERTa",
  covers: "BERT, RoBERTa, MiniLM and other sentence encoders of these types",
  modelTypes: ["bert", "roberta"],
  prefixes: ["bert.", "roberta."],
  loraTargets: ["query", "value"],
  tokenHead: "classifier",
  ia3Targets: { targets: ["key", "value", "output.dense"], feedForward: ["output.dense"] },
  bidirectional: true,
  poolings: ["first", "cls", "mean"],
  fanInFanOut: false,

  readConfig(json) {
    const config = parseConfig(schema, json);
    const { hidden_size: hiddenSize, num_attention_heads: heads, model_type: root } = config;
    const padding = config.pad_token_id ?? 1;
    if (root === "roberta" && padding >= config.vocab_size) {
      throw new Error(`config.json: pad_token_id is ${padding}, but vocab_size is ${config.vocab_size}.`);
    }
    const shift = root === "roberta" ? padding + 1 : 0;
    return checkSizes({
      root,
      layers: config.num_hidden_layers,
      hiddenSize,
      intermediateSize: config.intermediate_size,
      heads,
      keyValueHeads: heads,
      headSize: hiddenSize / heads,
      vocabulary: config.vocab_size,
      contextLength: config.max_position_embeddings - shift,
      epsilon: config.layer_norm_eps,
      activation: config.hidden_act,
      tokenTypes: config.type_vocab_size,
      shift,
    });
  },

  inputs: (config) => (config.tokenTypes > 1 ? [tokenTypes] : []),

  build(program, config, input, batch, attachments) {
    const words = input.type === "int32" ? bert.embed(program, config, "embeddings", input) : input;
    const stack = openStack(program, config, words, batch, attachments, { causal: false });
    const path = `${config.root}.embeddings`;
    const positioned = addPositions(stack, stack.built.states[0]!, `${path}.position_embeddings`, config.shift);
    const rows = positioned.shape[0]!;
    const types = program.weight(`${path}.token_type_embeddings.weight`, [config.tokenTypes, config.hiddenSize]);
    const typed = add(program, "typed", positioned, typesOf(stack, batch, rows, types));
    let x = stackLayerNorm(stack, "embedded", `${path}.LayerNorm`, typed, config.epsilon);
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(stack, config, layer, x);
      stack.built.states.push(x);
    }
    return { hidden: x, ...stack.built };
  },

  classify(program, { root, hiddenSize }, site) {
    const { state, classes, attachments } = site;
    if (root === "bert") {
      const pooled = activation(
        program,
        "pooler",
        frozenLinear(program, attachments, "bert.pooler.dense", state),
        "tanh",
      );
      return trainedLinear(program, "classifier", pooled, classes, site);
    }
    const dense = trainedLinear(program, "classifier.dense", state, hiddenSize, site);
    return trainedLinear(
      program,
      "classifier.out_proj",
      activation(program, "classifier inner", dense, "tanh"),
      classes,
      site,
    );
  },

  embed(program, { root, vocabulary, hiddenSize }, name, ids) {
    return embed(
      program,
      name,
      ids,
      program.weight(`${root}.embeddings.word_embeddings.weight`, [vocabulary, hiddenSize]),
    );
  },

  position: (_program, _config, _name, keys) => keys,

  linearNames: () => ["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"],

  normNames: () => ["LayerNorm"],
};

/** Embeddings of the types of all rows; virtual tokens are of the first text, as PEFT has them. */
function typesOf({ program, built }: Stack, batch: Batch, rows: number, table: Tensor): Tensor {
  const first = (name: string, count: number) => {
    const zeros = program.constant(`token types of ${count}`, [count], () => new Int32Array(count), "int32");
    return embed(program, name, zeros, table);
  };
  const { inputs, suffix = 0, lengths, size } = batch;
  const types = inputs?.[tokenTypes.name];
  if (!types) return first("token types", rows);
  let all = embed(program, "token types", types, table);
  if (suffix > 0 && lengths) {
    all = insertAfter(program, "token types with suffix", all, first("types after", suffix), lengths, size);
  }
  return built.virtualTokens > 0
    ? prepend(program, "token types with prompt", first("types before", built.virtualTokens), all, size)
    : all;
}

function block(stack: Stack, config: BertConfig, layer: number, x: Tensor): Tensor {
  const { hiddenSize, intermediateSize, epsilon } = config;
  const at = new Block(stack, `${config.root}.encoder.layer.${layer}`, layer);

  const project = (part: string) => at.linear(`attention.self.${part}`, x, hiddenSize);
  const mixed = at.attend({ queries: project("query"), keys: project("key"), values: project("value") });
  const attentionOutput = at.linear("attention.output.dense", mixed, hiddenSize);
  const fromAttention = at.subLayer("attention", { input: x, output: attentionOutput, residual: x });
  const middle = at.layerNorm("attention.output.LayerNorm", at.add("middle", x, fromAttention), epsilon);

  const inner = at.linear("intermediate.dense", middle, intermediateSize);
  const activated = activation(stack.program, at.name("activated"), inner, config.activation);
  const mlpOutput = at.linear("output.dense", activated, hiddenSize);
  const fromMlp = at.subLayer("mlp", { input: middle, output: mlpOutput, residual: middle });
  return at.layerNorm("output.LayerNorm", at.add("summed", middle, fromMlp), epsilon);
}
