/**
 * PTEC (Prompt Tuned Embedding Classification, Buchner et al. 2024): prompt tuning whose head is a
 * classifier on the frozen model's last state, with a much lower learning rate than the prompt. By
 * default the prompt starts from the data's label names, and the head reads the last state. The
 * release's `pos_weight` for rows with several labels is the training's `classWeights`.
 */

import * as z from "zod";
import { freePrompt, promptStarts } from "../free-prompt";
import { defineMethod } from "../method";
import { hasTokenCount, noTokenCount, startTextOption, virtualTokensOrTextOption } from "../options";

const options = z
  .strictObject({
    virtualTokens: virtualTokensOrTextOption(20),
    init: z
      .enum(["labels", ...promptStarts])
      .default("labels")
      .meta({
        title: "Start",
        description:
          "labels: word embeddings of the data's label names, as the authors start it; where the task has none, as " +
          "vocabulary. random: N(0, 1). vocabulary: words drawn from the vocabulary. text: a text's word embeddings.",
      }),
    text: startTextOption()
      .default("positive negative")
      .meta({
        title: "Text to start from",
        description: "Repeated or cut to the virtual tokens.",
        format: "semantic-text",
        onlyWith: { init: ["text"] },
      }),
    readOut: z
      .enum(["last state", "as the comparison"])
      .default("last state")
      .meta({
        title: "Head reads",
        description:
          "last state: that of the last token, as the authors' head does, whatever other runs read; encoders have none and " +
          "read as the comparison does.",
      }),
    headRate: z.number().positive().max(100).default(0.01).meta({
      title: "Head's rate",
      description: "Learning rate of the head, as a factor on the run's, which is the prompt's.",
    }),
  })
  .refine(({ init, ...rest }) => hasTokenCount({ init: init === "labels" ? "text" : init, ...rest }), noTokenCount);

type Options = z.infer<typeof options>;

export const ptec = defineMethod<Options>({
  id: "ptec",
  title: "PTEC",
  summary: "A prompt that starts from the label names, and a slowly trained head",
  group: "soft prompt",
  site: "input",
  mainOptions: ["virtualTokens", "init", "text"],
  learningRate: 3e-3,
  pooling: ({ readOut }) => (readOut === "last state" ? "last" : null),
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
  text({ init, text }, labels = []) {
    if (init === "labels") return labels.length > 0 ? labels.map((name) => name.replaceAll("_", " ")).join(" ") : null;
    return init === "text" ? text : null;
  },
  textForm: ({ virtualTokens }) => ({ control: "none", length: virtualTokens }),
  attach(program, { virtualTokens, init }, context) {
    const named = context.textIds.length > 0;
    if (init === "labels" && !named && virtualTokens === null) {
      throw new Error(
        "PTEC: this task has no label names whose tokens could be counted. Give the number of virtual tokens.",
      );
    }
    const start = init === "labels" ? (named ? "text" : "vocabulary") : init;
    return { prompt: freePrompt(program, "prompt_embeddings", { count: virtualTokens, init: start }, context) };
  },
  // What the labels are is the data's to say.
  equalities: ({ init, text, virtualTokens }) =>
    init === "labels"
      ? []
      : [
          {
            statement:
              "Before training it is prompt tuning with the same start, read out alike; only the head's learning rate differs.",
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
