/** Prompt tuning (Lester et al. 2021) as PEFT does it: free embeddings before the input, N(0, 1) or words' own. */

import * as z from "zod";
import { equalToHardText } from "../equalities";
import { freePrompt, promptStartOption } from "../free-prompt";
import { defineMethod } from "../method";
import { hasTokenCount, noTokenCount, startTextOption, virtualTokensOrTextOption } from "../options";

const options = z
  .strictObject({
    virtualTokens: virtualTokensOrTextOption(12),
    init: promptStartOption(),
    text: startTextOption(),
  })
  .refine(hasTokenCount, noTokenCount);

export const prompt = defineMethod<z.infer<typeof options>>({
  id: "prompt",
  title: "Prompt tuning",
  summary: "Free trained embeddings before the input",
  group: "soft prompt",
  site: "input",
  learningRate: 1e-2,
  weightDecay: 0.01,
  semantic: false,
  card: {
    trains: "Embeddings of virtual tokens, and the head.",
    attaches: "The embeddings stand before the input's and pass through every block.",
    costs: "virtual tokens · hidden size parameters; every block computes their positions too.",
    fails: "On small models and small learning rates: from a random start it is far from any word and moves slowly.",
    equals:
      "Started from text it is at step 0 the text itself before the input, and in a causal model the same function, " +
      "with the same gradients, as SK-Prefix's preset reference-code: the embeddings of the text are trained either way.",
    paper: { title: "The Power of Scale (Lester et al. 2021)", url: "https://arxiv.org/abs/2104.08691" },
  },
  options: () => options,
  text: ({ init, text }) => (init === "text" ? text : null),
  textForm: ({ virtualTokens }) => ({ control: "none", length: virtualTokens }),
  attach: (program, { virtualTokens, init }, context) => ({
    prompt: freePrompt(program, "prompt_embeddings", { count: virtualTokens, init }, context),
  }),
  equalities: ({ init, text, virtualTokens }) =>
    init === "text" && virtualTokens === null ? equalToHardText(text, "Training then moves it freely.") : [],
  exportForm: ({ init, text }) => ({
    type: "PROMPT_TUNING",
    origin: "trained",
    ...(init === "text" && { text }),
    ...(init === "vocabulary" && { startsFromVocabulary: true }),
  }),
});
