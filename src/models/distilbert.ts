/**
 * DistilBERT: BERT's blocks under other names, without token types and pooler. Source:
 * transformers' modeling_distilbert.
 */

import * as z from "zod";
import { type ActivationKind, activation } from "../operations/activation";
import { embed } from "../operations/embed";
import type { Tensor } from "../program/tensor";
import { activationName } from "./activations";
import { trainedLinear } from "./classifier";
import { parseConfig } from "./config";
import { addPositions, Block, openStack, type Stack, stackLayerNorm } from "./decoder";
import type { Family, ModelConfig } from "./family";
import { checkSizes } from "./sizes";

export interface DistilBertConfig extends ModelConfig {
  readonly intermediateSize: number;
  readonly activation: ActivationKind;
}

/** Fixed in transformers; no config.json says it. */
const EPSILON = 1e-12;

const schema = z.looseObject({
  model_type: z.literal("distilbert"),
  dim: z.int().positive(),
  hidden_dim: z.int().positive(),
  n_layers: z.int().positive(),
  n_heads: z.int().positive(),
  vocab_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  activation: activationName("gelu"),
});

export const distilbert: Family<DistilBertConfig> = {
  id: "distilbert",
  title: "DistilBERT",
  covers: "DistilBERT",
  modelTypes: ["distilbert"],
  prefixes: ["distilbert."],
  // PEFT has no defaults for this family; these are what it chooses in BERT.
  loraTargets: ["q_lin", "v_lin"],
  tokenHead: "classifier",
  ia3Targets: { targets: ["k_lin", "v_lin", "lin2"], feedForward: ["lin2"] },
  bidirectional: true,
  poolings: ["first", "cls", "mean"],
  takesPast: false,
  fanInFanOut: false,

  readConfig(json) {
    const config = parseConfig(schema, json);
    return checkSizes({
      layers: config.n_layers,
      hiddenSize: config.dim,
      intermediateSize: config.hidden_dim,
      heads: config.n_heads,
      keyValueHeads: config.n_heads,
      headSize: config.dim / config.n_heads,
      vocabulary: config.vocab_size,
      contextLength: config.max_position_embeddings,
      activation: config.activation,
    });
  },

  build(program, config, input, batch, attachments) {
    const words = input.type === "int32" ? distilbert.embed(program, config, "embeddings", input) : input;
    const stack = openStack(program, config, words, batch, attachments, { causal: false });
    const path = "distilbert.embeddings";
    const positioned = addPositions(stack, stack.built.states[0]!, `${path}.position_embeddings`);
    let x = stackLayerNorm(stack, "embedded", `${path}.LayerNorm`, positioned, EPSILON);
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(stack, config, layer, x);
      stack.built.states.push(x);
    }
    return { hidden: x, ...stack.built };
  },

  classify(program, { hiddenSize }, site) {
    const dense = trainedLinear(program, "pre_classifier", site.state, hiddenSize, site);
    return trainedLinear(
      program,
      "classifier",
      activation(program, "classifier inner", dense, "relu"),
      site.classes,
      site,
    );
  },

  embed(program, { vocabulary, hiddenSize }, name, ids) {
    return embed(
      program,
      name,
      ids,
      program.weight("distilbert.embeddings.word_embeddings.weight", [vocabulary, hiddenSize]),
    );
  },

  position: (_program, _config, _name, keys) => keys,

  linearNames: () => ["q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"],

  normNames: () => ["LayerNorm", "sa_layer_norm", "output_layer_norm"],
};

function block(stack: Stack, config: DistilBertConfig, layer: number, x: Tensor): Tensor {
  const { hiddenSize, intermediateSize } = config;
  const at = new Block(stack, `distilbert.transformer.layer.${layer}`, layer);

  const project = (part: string) => at.linear(`attention.${part}`, x, hiddenSize);
  const mixed = at.attend({ queries: project("q_lin"), keys: project("k_lin"), values: project("v_lin") });
  const attentionOutput = at.linear("attention.out_lin", mixed, hiddenSize);
  const fromAttention = at.subLayer("attention", { input: x, output: attentionOutput, residual: x });
  const middle = at.layerNorm("sa_layer_norm", at.add("middle", x, fromAttention), EPSILON);

  const inner = at.linear("ffn.lin1", middle, intermediateSize);
  const activated = activation(stack.program, at.name("activated"), inner, config.activation);
  const mlpOutput = at.linear("ffn.lin2", activated, hiddenSize);
  const fromMlp = at.subLayer("mlp", { input: middle, output: mlpOutput, residual: middle });
  return at.layerNorm("output_layer_norm", at.add("summed", middle, fromMlp), EPSILON);
}
