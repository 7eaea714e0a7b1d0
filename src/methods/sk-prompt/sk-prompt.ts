/**
 * SK-Prompt (Semantic Knowledge Tuning for prompt, arXiv 2410.08598): states of a meaningful text,
 * sent through a trained map F, come before the input's embeddings. Depth 0 takes the word
 * embeddings, depth j the output of block j. Preset `reference-code`: the text's word embeddings
 * are trained themselves.
 */

import * as z from "zod";
import { widerMeans } from "../../models/family";
import { dropout as dropped } from "../../operations/dropout";
import { AS_OTHERS, dropoutOption, LEFT_OUT, poolingOf, readOutMeta } from "../authors-code";
import { equalToHardText, equalToTextPrompt } from "../equalities";
import { defineMethod } from "../method";
import { controlOption, textOption } from "../options";
import { semanticState } from "../semantic";
import { applyMap, mapOption, mapRankOption } from "../semantic-map";
import { encodedText, pooledOption } from "../text-encoder";
import { words } from "../words";

/** `layers`: of the model, the deepest the text can be read. */
const optionsFor = (layers: number) =>
  z.strictObject({
    text: textOption("Words that say what the task is. The soft prompt is made of them."),
    preset: z
      .enum(["paper", "reference-code", "encoder-code"])
      .default("paper")
      .meta({
        title: "Preset",
        description:
          "What is trained. paper: the frozen model reads the text once, and a small map F turns what it read into the " +
          "prompt; F and the head are trained, as the paper draws it. reference-code (the authors' published code for " +
          "language models): the text's word embeddings are trained themselves, without F. encoder-code (theirs for BERT): " +
          `a linear layer on the text's last states; it starts far from the text. ${LEFT_OUT}`,
      }),
    map: mapOption("lowRank").meta({ onlyWith: { preset: ["paper"] } }),
    rank: mapRankOption(16).meta({ onlyWith: { preset: ["paper"], map: ["lowRank"] } }),
    depth: z
      .int()
      .min(0)
      .max(layers)
      .default(0)
      .meta({
        title: "Depth",
        description: "How many blocks of the frozen model read the text first; 0 takes its word embeddings.",
        format: "slider",
        onlyWith: { preset: ["paper"] },
      }),
    linear: z
      .boolean()
      .default(false)
      .meta({
        title: "Linear layer",
        description:
          "Send the trained embeddings through a trained square matrix, which starts as the identity: hidden size² more " +
          "parameters.",
        onlyWith: { preset: ["reference-code"] },
      }),
    pooled: pooledOption(),
    dropout: dropoutOption(
      ["reference-code"],
      "On the trained embeddings and on what the linear layer gives, if it is there, once for the whole batch, as there; " +
        "and before the head, for every row.",
    ),
    readOut: z
      .enum([AS_OTHERS, ...widerMeans])
      .default(AS_OTHERS)
      .meta(readOutMeta("prompted mean: the mean over the prompt's positions and the input's. ")),
    control: controlOption(),
  });

export const skPrompt = defineMethod<z.infer<ReturnType<typeof optionsFor>>>({
  id: "sk-prompt",
  title: "SK-Prompt",
  summary:
    "Meaningful words as a soft prompt before the input: changed by a small trained map F, or trained themselves",
  group: "semantic knowledge",
  site: "input",
  mainOptions: ["text", "preset", "control"],
  learningRate: 1e-3,
  semantic: ({ preset }) => preset !== "reference-code",
  pooling: ({ readOut }) => poolingOf(readOut),
  headDropout: ({ preset, dropout }) => (preset === "reference-code" ? dropout : 0),
  card: {
    trains:
      "The head, and with preset paper one map F on the text's states; with reference-code the text's word embeddings " +
      "themselves; with encoder-code a linear layer on the text's last states.",
    attaches: "What is made of the text comes before the input's embeddings and passes through every block.",
    costs:
      "Every block computes the text's positions too. Preset paper with a low-rank F: 2 · hidden size · rank parameters; " +
      "reference-code: tokens of the text · hidden size, and with its linear layer hidden size² more; encoder-code: about " +
      "hidden size², or pooled tokens² · hidden size.",
    fails: "When the text means nothing to the base model, or the context has no room for it.",
    equals:
      "At depth 0 it is, before training, the text itself before the input (hard text). Preset paper is then prompt " +
      "tuning whose embeddings are tied: all are one map of the text's own, so it reaches nothing that a free prompt " +
      "started from text cannot. Preset reference-code is exactly that free prompt started from text.",
    paper: { title: "Semantic Knowledge Tuning (Prottasha et al. 2024)", url: "https://arxiv.org/abs/2410.08598" },
  },
  options: ({ config }) => optionsFor(config.layers),
  semanticBlocks: ({ preset, depth }) => (preset === "paper" ? depth : null),
  text: ({ text }) => text,
  textForm: ({ control }) => ({ control, length: null }),
  attach(program, { preset, map, rank, depth, linear, pooled, dropout }, context) {
    if (preset === "paper") {
      return { prompt: applyMap(program, "F", "prompt", semanticState(program, depth, context), map, rank) };
    }
    const { config, textIds } = context;
    if (preset === "encoder-code") return { prompt: encodedText(program, config.hiddenSize, pooled, context) };
    const tensor = words(program, "prompt at the start", textIds, context);
    const name = linear ? "embeddings" : "prompt_embeddings";
    const embeddings = program.trainable(name, [textIds.length, config.hiddenSize], {
      initializer: { kind: "tensor", tensor },
    });
    const read = dropped(program, "dropped embeddings", embeddings, dropout);
    if (!linear) return { prompt: read };
    return {
      prompt: dropped(program, "dropped prompt", applyMap(program, "F", "prompt", read, "dense", 0), dropout),
    };
  },
  equalities({ text, preset, depth, linear, control, dropout, readOut }) {
    if (control !== "none" || preset === "encoder-code" || (preset === "paper" && depth > 0)) return [];
    if (poolingOf(readOut)) return [];
    if (preset === "paper") {
      return equalToHardText(text, "Training then moves it only as far as the map F can: all tokens share it.");
    }
    const start = "Before training it is prompt tuning that starts from the same text";
    const free = linear
      ? `${start}; the linear layer is the identity then.`
      : dropout > 0
        ? `${start}; dropout then trains it otherwise.`
        : "It is prompt tuning that starts from the same text, and stays so after every update at the same rates.";
    return [...equalToHardText(text, "Training then moves it freely."), equalToTextPrompt(text, free)];
  },
  exportForm: ({ preset, linear, control, text }) =>
    preset !== "reference-code" || linear
      ? { type: "PROMPT_TUNING", origin: "folded" }
      : { type: "PROMPT_TUNING", origin: "trained", ...(control === "none" && { text }) },
});
