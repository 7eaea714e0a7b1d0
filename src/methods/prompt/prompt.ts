/** Prompt tuning (Lester et al. 2021) as PEFT does it: free embeddings before the input, N(0, 1) or a text's own. */

import * as z from "zod";
import { defineMethod } from "../method";
import { virtualTokensOption } from "../options";

const options = z.strictObject({
  virtualTokens: virtualTokensOption(12),
});

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
    fails: "On small models and small learning rates: it starts far from any word and moves slowly.",
    paper: { title: "The Power of Scale (Lester et al. 2021)", url: "https://arxiv.org/abs/2104.08691" },
  },
  options: () => options,
  text: () => null,
  attach: (program, { virtualTokens }, { config }) => ({
    prompt: program.trainable("prompt_embeddings", [virtualTokens, config.hiddenSize], {
      initializer: { kind: "normal", std: 1 },
    }),
  }),
  exportForm: () => ({ type: "PROMPT_TUNING" }),
});
