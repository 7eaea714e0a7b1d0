/** Prefix tuning (Li and Liang 2021) as PEFT does it: free keys and values for every layer, not turned by rotary, N(0, 1). */

import * as z from "zod";
import { defineMethod } from "../method";
import { virtualTokensOption } from "../options";

/** Names of the trained tensors, one layer's keys or values each: [virtualTokens, keyValueHeads · headSize]. */
export const prefixNames = {
  keys: (layer: number) => `prefix.keys.${layer}`,
  values: (layer: number) => `prefix.values.${layer}`,
};

const options = z.strictObject({
  virtualTokens: virtualTokensOption(12),
});

export const prefix = defineMethod<z.infer<typeof options>>({
  id: "prefix",
  title: "Prefix tuning",
  summary: "Free trained keys and values in every layer's attention",
  group: "soft prompt",
  site: "key/value",
  learningRate: 1e-2,
  weightDecay: 0.01,
  semantic: false,
  card: {
    trains: "Keys and values of virtual tokens in every layer, and the head.",
    attaches: "They stand in front of the input's keys and values in every layer's attention.",
    costs: "2 · layers · virtual tokens · key/value width parameters; attention looks at a few more columns.",
    fails: "From a random start it first has to unlearn noise: the first losses are high.",
    paper: { title: "Prefix-Tuning (Li and Liang 2021)", url: "https://arxiv.org/abs/2101.00190" },
  },
  options: () => options,
  text: () => null,
  attach: (program, { virtualTokens }, { config }) => {
    const free = (kind: "keys" | "values", layer: number) =>
      program.trainable(prefixNames[kind](layer), [virtualTokens, config.keyValueHeads * config.headSize], {
        initializer: { kind: "normal", std: 1 },
      });
    return {
      prefix: { virtualTokens, layer: (layer) => ({ keys: free("keys", layer), values: free("values", layer) }) },
    };
  },
  exportForm: () => ({ type: "PREFIX_TUNING" }),
});
