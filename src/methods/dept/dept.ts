/**
 * DePT (Shi and Lipani 2024): a short free prompt, and a low-rank matrix added to the input's word
 * embeddings, each with its own learning rate. Logits = model([P ; E(x) + (α/√r)·A·B]).
 */

import * as z from "zod";
import { freePrompt, promptStartOption } from "../free-prompt";
import { inputShift } from "../input-shift";
import { defineMethod } from "../method";
import { startTextOption, virtualTokensOption } from "../options";
import { shiftOptions } from "../shift-options";

const options = z.strictObject({
  virtualTokens: virtualTokensOption(6),
  init: promptStartOption("vocabulary"),
  text: startTextOption(),
  ...shiftOptions(),
});

export const dept = defineMethod<z.infer<typeof options>>({
  id: "dept",
  title: "DePT",
  summary: "A short free prompt, and a low-rank change of the input's own embeddings",
  group: "soft prompt",
  site: "input",
  mainOptions: ["virtualTokens", "init", "rank"],
  learningRate: 1e-2,
  card: {
    trains: "Embeddings of a few virtual tokens, two thin matrices whose product has a row per position, and the head.",
    attaches:
      "The virtual tokens come before the input; the product is added to the input's word embeddings by position.",
    costs:
      "virtual tokens · width + rank · (positions + width) parameters: as many as a longer prompt, but the sequence is " +
      "shorter, so every block computes less.",
    fails: "When one learning rate serves both parts, or meaning does not depend on where in the row a word stands.",
    equals: "Before training, with B zero, it is prompt tuning with the short prompt alone.",
    paper: { title: "DePT (Shi and Lipani 2024)", url: "https://arxiv.org/abs/2309.05173" },
  },
  options: () => options,
  text: ({ init, text }) => (init === "text" ? text : null),
  textForm: ({ virtualTokens }) => ({ control: "none", length: virtualTokens }),
  attach(program, { virtualTokens, init, positions, rank, alpha, pairRate }, context) {
    const { words } = inputShift(program, context.config.hiddenSize, {
      positions,
      rank,
      alpha,
      learningRateScale: pairRate,
    });
    return { prompt: freePrompt(program, "prompt_embeddings", { count: virtualTokens, init }, context), words };
  },
  equalities: ({ init, text, virtualTokens }) => [
    {
      statement: "Before training it is prompt tuning with the short prompt: what is added starts at zero.",
      method: "prompt",
      options: { init, text, virtualTokens },
    },
  ],
  exportForm: () => ({ type: "STUDIO", why: "it changes the input's own embeddings, which no PEFT method does." }),
});
