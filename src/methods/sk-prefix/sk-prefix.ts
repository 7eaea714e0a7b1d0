/**
 * SK-Prefix (Semantic Knowledge Tuning for prefix, arXiv 2410.08598): the keys and values that the frozen model computes
 * for a meaningful text, sent through a trained map F, as the prefix of every layer. K = RoPE(F_K k), V = F_V v.
 */

import * as z from "zod";
import { view } from "../../operations/view";
import { defineMethod } from "../method";
import { textOption } from "../options";
import { semanticKeyValue } from "../semantic";
import { applyMap, mapOption, mapRankOption } from "../semantic-map";

const options = z.strictObject({
  text: textOption(
    "Words that say what the task is. The frozen model reads them once; F is trained on what it computed.",
  ),
  preset: z.enum(["paper"]).default("paper").meta({
    title: "Preset",
    description: "paper: the text's states are constants, and F and the head are trained (Figure 1).",
  }),
  map: mapOption("dense"),
  rank: mapRankOption(4),
  shared: z.boolean().default(false).meta({
    title: "One F for all",
    description: "One map for all layers, keys and values, instead of two per layer.",
  }),
});

export const skPrefix = defineMethod<z.infer<typeof options>>({
  id: "sk-prefix",
  title: "SK-Prefix",
  summary: "Meaningful words, read by the frozen model, as a tuned prefix of every layer",
  group: "semantic knowledge",
  site: "key/value",
  learningRate: 1e-3,
  weightDecay: 0,
  semantic: true,
  card: {
    trains: "Two small square maps per layer, one for keys and one for values, and the head.",
    attaches: "Keys and values of the text's tokens stand in front of the input's in every layer's attention.",
    costs: "2 · layers · head size² parameters; attention looks at a few more columns. The text is read once.",
    fails: "When the text means nothing to the base model: then it is a prefix from an arbitrary start.",
    paper: { title: "Semantic Knowledge Tuning (Prottasha et al. 2024)", url: "https://arxiv.org/abs/2410.08598" },
  },
  options: () => options,
  text: ({ text }) => text,
  attach(program, { map, rank, shared }, context) {
    const { config, family, textIds } = context;
    const { keyValueHeads, headSize } = config;
    const heads = [textIds.length * keyValueHeads, headSize];
    const joined = [textIds.length, keyValueHeads * headSize];
    const mapped = (kind: "keys" | "values", layer: number) => {
      const name = (part: string) => `prefix.${kind}.${layer}${part}`;
      const states = view(program, name(" heads"), semanticKeyValue(program, kind, layer, context), heads);
      const path = shared ? "F" : `${kind === "keys" ? "F_K" : "F_V"}.${layer}`;
      return view(program, name(" mapped"), applyMap(program, path, name(" F"), states, map, rank), joined);
    };
    return {
      prefix: {
        virtualTokens: textIds.length,
        layer: (layer) => ({
          keys: family.position(program, config, `prefix.keys.${layer}`, mapped("keys", layer)),
          values: mapped("values", layer),
        }),
      },
    };
  },
  exportForm: () => ({ type: "PREFIX_TUNING" }),
});
