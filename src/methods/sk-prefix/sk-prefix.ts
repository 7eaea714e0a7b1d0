/**
 * SK-Prefix (Semantic Knowledge Tuning for prefix, arXiv 2410.08598): what the frozen model
 * computes for a meaningful text, as the prefix of every layer. Preset `paper`: K = RoPE(F_K k), V
 * = F_V v, with k and v constant and the map F trained. Preset `reference-code`: the text's
 * embeddings are trained, through the frozen model. Preset `encoder-code`: a linear layer on the
 * text's last states, as in the authors' code for BERT.
 */

import * as z from "zod";
import type { KeyValuePrefix } from "../../models/family";
import { dropout as dropped } from "../../operations/dropout";
import { splitColumns } from "../../operations/split-columns";
import { view } from "../../operations/view";
import type { Program } from "../../program/program";
import type { Tensor } from "../../program/tensor";
import { AS_OTHERS, dropoutOption, LEFT_OUT, poolingOf, readOutMeta } from "../authors-code";
import { equalToTextPrefix, equalToTextPrompt, readAloneEqualToHardText } from "../equalities";
import { defineMethod, type MethodContext } from "../method";
import { controlOption, textOption } from "../options";
import { semanticKeyValue } from "../semantic";
import { applyMap, mapOption, mapRankOption } from "../semantic-map";
import { encodedText, pooledOption } from "../text-encoder";
import { words } from "../words";

const mapPresets = ["paper", "reference-code"];

const options = z.strictObject({
  text: textOption("Words that say what the task is. The prefix is made of them."),
  preset: z
    .enum(["paper", "reference-code", "encoder-code"])
    .default("paper")
    .meta({
      title: "Preset",
      description:
        "What is trained. paper: the frozen model reads the text once, and a small map F turns what it read into the " +
        "prefix; F and the head are trained, as the paper draws it. reference-code (the authors' published code for " +
        "language models): the text's word embeddings are trained instead, and run through the frozen model at every step. " +
        "encoder-code (theirs for BERT): a linear layer makes all layers' keys and values from the text's last states; it " +
        `starts far from the text. ${LEFT_OUT}`,
    }),
  map: mapOption("dense").meta({ onlyWith: { preset: mapPresets } }),
  rank: mapRankOption(4).meta({ onlyWith: { preset: mapPresets, map: ["lowRank"] } }),
  pooled: pooledOption(),
  shared: z
    .boolean()
    .default(false)
    .meta({
      title: "One map F for all",
      description:
        "One map for all layers, keys and values, instead of two per layer. In reference-code there is no F without it; " +
        "with it F acts on keys after rotary, as in the authors' code, but starts as the identity.",
      onlyWith: { preset: mapPresets },
    }),
  dropout: dropoutOption(
    ["reference-code", "encoder-code"],
    "reference-code: on the trained embeddings, on what F gives, if it is there, and before the head. encoder-code: on keys " +
      "and values. Drawn for every row, but on the embeddings once for the whole batch, as there.",
  ),
  readOut: z.enum([AS_OTHERS, "unmasked mean"]).default(AS_OTHERS).meta(readOutMeta()),
  control: controlOption(),
});

export const skPrefix = defineMethod<z.infer<typeof options>>({
  id: "sk-prefix",
  title: "SK-Prefix",
  summary: "Meaningful words, read by the frozen model, as a tuned prefix of every layer",
  group: "semantic knowledge",
  site: "key/value",
  mainOptions: ["text", "preset", "control"],
  learningRate: 1e-3,
  semantic: ({ preset }) => preset !== "reference-code",
  pooling: ({ readOut }) => poolingOf(readOut),
  headDropout: ({ preset, dropout }) => (preset === "reference-code" ? dropout : 0),
  card: {
    trains:
      "The head, and with preset paper two small square maps per layer, one for keys and one for values; with " +
      "reference-code the text's word embeddings themselves; with encoder-code a linear layer on the text's last states.",
    attaches: "Keys and values of the text's tokens come before the input's in every layer's attention.",
    costs:
      "Preset paper: 2 · layers · head size² parameters, or with one F for all head size²; reference-code: tokens of the " +
      "text · hidden size, and the text is read at every step; encoder-code: about 2 · layers · hidden size · width of keys. " +
      "Attention looks at a few more columns.",
    fails: "When the text means nothing to the base model: then it is a prefix from an arbitrary start.",
    equals:
      "Before training both presets are, in a causal model, the text itself before the input (hard text). Preset paper " +
      "is then prefix tuning whose keys and values are tied: every token's are one linear map of the text's own, so it " +
      "reaches nothing that a free prefix started from text cannot. Preset reference-code without F is prompt tuning " +
      "started from text, step for step, since a causal model reads text and input in one pass or in two alike.",
    paper: { title: "Semantic Knowledge Tuning (Prottasha et al. 2024)", url: "https://arxiv.org/abs/2410.08598" },
  },
  options: () => options,
  text: ({ text }) => text,
  textForm: ({ control }) => ({ control, length: null }),
  attach(program, options, context) {
    const prefixes = { paper: mappedStates, "reference-code": trainedEmbeddings, "encoder-code": encodedPrefix };
    const prefix = prefixes[options.preset];
    return { prefix: { virtualTokens: context.textIds.length, layer: prefix(program, options, context) } };
  },
  equalities({ text, preset, shared, control, dropout, readOut }, facts) {
    if (control !== "none" || preset === "encoder-code" || poolingOf(readOut)) return [];
    if (preset === "reference-code" && facts.family.bidirectional) return [];
    const free = "Training then moves it freely.";
    const tied = "Training then moves it only as far as the map F can: all tokens share it.";
    return [
      ...readAloneEqualToHardText(text, facts, preset === "paper" || shared ? tied : free),
      preset === "paper"
        ? equalToTextPrefix(
            text,
            "Before training it is a free prefix that starts from the same text. That one then trains every key and value " +
              "by itself; here all tokens of a layer share one map.",
          )
        : equalToTextPrompt(
            text,
            shared || dropout > 0
              ? `Before training it is prompt tuning that starts from the same text${shared ? "; F is the identity then" : ""}.`
              : "It is prompt tuning that starts from the same text: a causal model reads text and input in one pass or in " +
                  "two alike, so this holds after every update too, with the same learning rate and weight decay.",
          ),
    ];
  },
  exportForm: () => ({ type: "PREFIX_TUNING", origin: "folded" }),
});

/** The text's own keys and values as constants, through F; keys then turn by rotary. */
function mappedStates(
  program: Program,
  { map, rank, shared }: z.infer<typeof options>,
  context: MethodContext,
): (layer: number) => KeyValuePrefix {
  const { config, family } = context;
  const mapped = (kind: "keys" | "values", layer: number) => {
    const path = shared ? "F" : `${kind === "keys" ? "F_K" : "F_V"}.${layer}`;
    const states = semanticKeyValue(program, kind, layer, context);
    return mapHeads(program, path, `prefix.${kind}.${layer}`, states, { map, rank }, context);
  };
  return (layer) => ({
    keys: family.position(program, config, `prefix.keys.${layer}`, mapped("keys", layer), layer),
    values: mapped("values", layer),
  });
}

/**
 * All layers' keys (not turned by rotary) and values from the text's last states: columns are layer
 * after layer K, then V.
 */
function encodedPrefix(
  program: Program,
  { pooled, dropout }: z.infer<typeof options>,
  context: MethodContext,
): (layer: number) => KeyValuePrefix {
  const { layers, keyValueHeads, headSize } = context.config;
  const width = keyValueHeads * headSize;
  const encoded = encodedText(program, 2 * layers * width, pooled, context);
  const names = Array.from({ length: layers }, (_, layer) => [`prefix.keys.${layer}`, `prefix.values.${layer}`]).flat();
  const parts = splitColumns(program, names, encoded, Array(2 * layers).fill(width));
  return (layer) => ({ keys: parts[2 * layer]!, values: parts[2 * layer + 1]!, dropout });
}

/**
 * Keys (after rotary) and values of trained embeddings that run through the frozen model, once for
 * the whole batch.
 */
function trainedEmbeddings(
  program: Program,
  { map, rank, shared, dropout }: z.infer<typeof options>,
  context: MethodContext,
): (layer: number) => KeyValuePrefix {
  const { config, family, textIds } = context;
  const tokens = textIds.length;
  const embeddings = program.trainable("embeddings", [tokens, config.hiddenSize], {
    initializer: { kind: "tensor", tensor: words(program, "embeddings at the start", textIds, context) },
  });
  const read = dropped(program, "dropped embeddings", embeddings, dropout);
  const { keys, values } = family.build(program, config, read, { size: 1, tokens }, {});
  const mapped = (kind: "keys" | "values", layer: number, states: Tensor) =>
    shared ? mapHeads(program, "F", `prefix.${kind}.${layer}`, states, { map, rank }, context) : states;
  return (layer) => ({
    keys: mapped("keys", layer, family.position(program, config, `prefix.keys.${layer}`, keys[layer]!, layer)),
    values: mapped("values", layer, values[layer]!),
    ...(shared && { dropout }),
  });
}

/** F on every head of every token: [tokens, keyValueHeads · headSize] → the same shape. */
function mapHeads(
  program: Program,
  path: string,
  name: string,
  states: Tensor,
  { map, rank }: Pick<z.infer<typeof options>, "map" | "rank">,
  { config }: MethodContext,
): Tensor {
  const heads = view(program, `${name} heads`, states, [states.shape[0]! * config.keyValueHeads, config.headSize]);
  return view(program, `${name} mapped`, applyMap(program, path, `${name} F`, heads, map, rank), states.shape);
}
