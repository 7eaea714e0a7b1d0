/**
 * PTEC (Prompt Tuned Embedding Classification, Buchner et al. 2024): prompt tuning whose head is a
 * classifier on the frozen model's last state, with a much lower learning rate than the prompt. By
 * default the prompt starts from the label names.
 */

import * as z from "zod";
import { freePrompt, promptStartOption } from "../free-prompt";
import { defineMethod } from "../method";
import { hasTokenCount, noTokenCount, startTextOption, virtualTokensOrTextOption } from "../options";

const options = z
  .strictObject({
    virtualTokens: virtualTokensOrTextOption(20),
    init: promptStartOption("text"),
    text: startTextOption()
      .default("positive negative")
      .meta({
        title: "Label names to start from",
        description:
          "The names of the classes, as the authors start the prompt; repeated or cut to the virtual tokens.",
        format: "semantic-text",
        onlyWith: { init: ["text"] },
      }),
    headRate: z.number().positive().max(100).default(0.01).meta({
      title: "Head's rate",
      description: "Learning rate of the head, as a factor on the run's, which is the prompt's.",
    }),
  })
  .refine(hasTokenCount, noTokenCount);

export const ptec = defineMethod<z.infer<typeof options>>({
  id: "ptec",
  title: "PTEC",
  summary: "A prompt that starts from the label names, and a slowly trained head",
  group: "soft prompt",
  site: "input",
  learningRate: 3e-3,
  headLearningRateScale: ({ headRate }) => headRate,
  card: {
    trains: "Embeddings of virtual tokens, and the head at a learning rate of its own.",
    attaches:
      "The embeddings come before the input's; the head reads the last state, so a class outside the list is impossible.",
    costs: "virtual tokens · hidden size + classes · hidden size parameters, and no decoding of label words.",
    fails:
      "When the head's rate is so low that it stays where it started, or the prompt takes too much of the context.",
    equals: "Prompt tuning started from a text, with another learning rate for the head.",
    paper: {
      title: "Prompt Tuned Embedding Classification (Buchner et al. 2024)",
      url: "https://arxiv.org/abs/2309.12075",
    },
  },
  options: () => options,
  text: ({ init, text }) => (init === "text" ? text : null),
  textForm: ({ virtualTokens }) => ({ control: "none", length: virtualTokens }),
  attach: (program, { virtualTokens, init }, context) => ({
    prompt: freePrompt(program, "prompt_embeddings", { count: virtualTokens, init }, context),
  }),
  equalities: ({ init, text, virtualTokens }) => [
    {
      statement: "Before training it is prompt tuning with the same start; only the head's learning rate differs.",
      method: "prompt",
      options: { init, text, virtualTokens },
    },
  ],
  exportForm: ({ init, text }) => ({
    type: "PROMPT_TUNING",
    origin: "trained",
    ...(init === "text" && { text }),
    ...(init === "vocabulary" && { startsFromVocabulary: true }),
  }),
});
