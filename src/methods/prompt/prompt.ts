/**
 * Prompt tuning (Lester et al. 2021) as PEFT does it: free embeddings before the input, N(0, 1) or
 * words' own.
 */

import * as z from "zod";
import { add } from "../../operations/add";
import { equalToHardText } from "../equalities";
import { freePrompt, promptStartOption, startIds } from "../free-prompt";
import { defineMethod } from "../method";
import { keepNear, wordChange } from "../near-words";
import { hasTokenCount, noTokenCount, startTextOption, virtualTokensOrTextOption } from "../options";
import { words } from "../words";

const options = z
  .strictObject({
    virtualTokens: virtualTokensOrTextOption(12),
    init: promptStartOption(),
    text: startTextOption(),
    nearWords: z
      .boolean()
      .default(false)
      .meta({
        title: "Keep near words",
        description: "After every update each embedding is brought back to within a distance of the word it began as.",
        onlyWith: { init: ["text", "vocabulary"] },
      }),
    epsilon: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .meta({
        title: "Epsilon",
        description: "That distance is epsilon · √(model width / 2048). 0: they stay the words themselves.",
        format: "slider",
        onlyWith: { nearWords: [true], init: ["text", "vocabulary"] },
      }),
  })
  .refine(hasTokenCount, noTokenCount);

type Options = z.infer<typeof options>;

const isNear = ({ nearWords, init }: Options) => nearWords && init !== "random";

export const prompt = defineMethod<Options>({
  id: "prompt",
  title: "Prompt tuning",
  summary: "Free trained embeddings before the input",
  group: "soft prompt",
  site: "input",
  mainOptions: ["virtualTokens", "init", "text"],
  learningRate: 1e-2,
  card: {
    trains: "Embeddings of virtual tokens, and the head.",
    attaches: "The embeddings come before the input's and pass through every block.",
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
  attach(program, given, context) {
    const { virtualTokens: count, init } = given;
    if (!isNear(given)) return { prompt: freePrompt(program, "prompt_embeddings", { count, init }, context) };
    const start = startIds({ count, init }, context);
    const change = wordChange(program, start.length, context.config.hiddenSize);
    return { prompt: add(program, "prompt", words(program, "words at the start", start, context), change) };
  },
  controller: (program, given, { steps }) => (isNear(given) ? keepNear(program, given.epsilon, steps) : {}),
  equalities: ({ init, text, virtualTokens }) =>
    init === "text" && virtualTokens === null ? equalToHardText(text, "Training then moves it freely.") : [],
  exportForm: (given) => ({
    type: "PROMPT_TUNING",
    origin: isNear(given) ? "folded" : "trained",
    ...(given.init === "text" && { text: given.text }),
    ...(given.init === "vocabulary" && { startsFromVocabulary: true }),
  }),
});
