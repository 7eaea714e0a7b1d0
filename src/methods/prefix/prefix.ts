/**
 * Prefix tuning (Li and Liang 2021) as PEFT does it: trained keys and values for every layer, not
 * turned by rotary. They are free, and start from N(0, 1), zero or a text's own; or an MLP makes
 * them, which is dropped after training.
 */

import * as z from "zod";
import { prefixNames } from "../../adapters/forms/prefix";
import type { KeyValuePrefix } from "../../models/family";
import { activation } from "../../operations/activation";
import { splitColumns } from "../../operations/split-columns";
import type { Program } from "../../program/program";
import type { Initializer } from "../../program/tensor";
import { readAloneEqualToHardText } from "../equalities";
import { defineMethod, type MethodContext } from "../method";
import { hasTokenCount, noTokenCount, startTextOption, virtualTokensOrTextOption } from "../options";
import { positionedKeyValue } from "../semantic";
import { trainedLinear } from "../trained-linear";

const options = z
  .strictObject({
    virtualTokens: virtualTokensOrTextOption(12),
    init: z
      .enum(["random", "zero", "text"])
      .default("random")
      .meta({
        title: "Start",
        description:
          "random: N(0, 1). zero: keys and values 0. text: the keys (after rotary) and values that the frozen model " +
          "computes for the text.",
      }),
    text: startTextOption(),
    projection: z
      .int()
      .min(1)
      .max(8192)
      .nullable()
      .default(null)
      .meta({
        title: "Projection",
        description:
          "Hidden size of an MLP that makes the keys and values from small embeddings while training; the MLP is " +
          "dropped afterwards and predictions stay the same. Empty: keys and values are trained themselves.",
      }),
  })
  .refine(hasTokenCount, noTokenCount)
  .refine(({ init, projection }) => projection === null || init === "random", {
    path: ["init"],
    message: "must be random with a projection: an MLP does not start from given keys and values",
  });

export const prefix = defineMethod<z.infer<typeof options>>({
  id: "prefix",
  title: "Prefix tuning",
  summary: "Free trained keys and values in every layer's attention",
  group: "soft prompt",
  site: "key/value",
  mainOptions: ["virtualTokens", "init", "text"],
  learningRate: 1e-2,
  semantic: ({ init }) => init === "text",
  card: {
    trains: "Keys and values of virtual tokens in every layer, and the head.",
    attaches: "They come before the input's keys and values in every layer's attention.",
    costs: "2 · layers · virtual tokens · key/value width parameters; attention looks at a few more columns.",
    fails: "From a random start it first has to unlearn noise: the first losses are high.",
    equals:
      "Started from text it is at step 0 the text itself before the input, as SK-Prefix is. Every other soft prefix " +
      "(SK-Prefix, or an MLP's) is one of its points: the keys and values it can reach include theirs.",
    paper: { title: "Prefix-Tuning (Li and Liang 2021)", url: "https://arxiv.org/abs/2101.00190" },
  },
  options: () => options,
  text: ({ init, text }) => (init === "text" ? text : null),
  textForm: ({ virtualTokens }) => ({ control: "none", length: virtualTokens }),
  attach(program, { virtualTokens, init, projection }, context) {
    const count = virtualTokens ?? context.textIds.length;
    const layer =
      projection === null
        ? freePrefix(program, count, init, context)
        : projectedPrefix(program, count, projection, context);
    return { prefix: { virtualTokens: count, layer } };
  },
  equalities: ({ init, text, virtualTokens }, facts) =>
    init === "text" && virtualTokens === null
      ? readAloneEqualToHardText(text, facts, "Training then moves it freely.")
      : [],
  exportForm: ({ init, projection }) => ({
    type: "PREFIX_TUNING",
    origin: projection === null ? "trained" : "encoder",
    ...(init === "zero" && { startsAtZero: true }),
    ...(projection !== null && { projection }),
  }),
});

function freePrefix(
  program: Program,
  virtualTokens: number,
  init: "random" | "zero" | "text",
  context: MethodContext,
): (layer: number) => KeyValuePrefix {
  const { config } = context;
  const initializers: Record<typeof init, (kind: "keys" | "values", layer: number) => Initializer> = {
    random: () => ({ kind: "normal", std: 1 }),
    zero: () => ({ kind: "zeros" }),
    text: (kind, layer) => ({ kind: "tensor", tensor: positionedKeyValue(program, kind, layer, context) }),
  };
  const free = (kind: "keys" | "values", layer: number) =>
    program.trainable(prefixNames[kind](layer), [virtualTokens, config.keyValueHeads * config.headSize], {
      initializer: initializers[init](kind, layer),
    });
  return (layer) => ({ keys: free("keys", layer), values: free("values", layer) });
}

/**
 * PEFT's encoder: embeddings → Linear → tanh → Linear, whose columns are layer after layer its keys
 * and then its values.
 */
function projectedPrefix(
  program: Program,
  virtualTokens: number,
  hidden: number,
  { config }: MethodContext,
): (layer: number) => KeyValuePrefix {
  const width = config.keyValueHeads * config.headSize;
  const embedding = program.trainable("prompt_encoder.embedding.weight", [virtualTokens, width], {
    initializer: { kind: "normal", std: 1 },
  });
  const inner = trainedLinear(program, "prompt_encoder.transform.0", embedding, hidden);
  const bent = activation(program, "prompt_encoder.tanh", inner, "tanh");
  const columns = 2 * config.layers;
  const joined = trainedLinear(program, "prompt_encoder.transform.2", bent, columns * width);
  const names = Array.from({ length: config.layers }, (_, layer) => [
    prefixNames.keys(layer),
    prefixNames.values(layer),
  ]).flat();
  const parts = splitColumns(program, names, joined, Array(columns).fill(width));
  return (layer) => ({ keys: parts[2 * layer]!, values: parts[2 * layer + 1]! });
}
