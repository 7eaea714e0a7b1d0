/**
 * ssToken: of every response the tokens that change of loss and attention speak for together. The
 * change is that since the untrained model (self-modulated selection), from 0 to 1 within the row;
 * attention is what the token gives to the prompt in the last layer, as a mean over its heads
 * (semantic-aware selection). The source reads attention in the first part of a training alone;
 * here it counts in every step.
 */

import * as z from "zod";
import { defineRule, rowsKept, tokensKept } from "./rule";

export const ssToken = defineRule({
  title: "By change and attention (ssToken)",
  summary:
    "Of every response the tokens whose loss has fallen most since before training and that look most at the prompt, by " +
    "the last layer's attention. ssToken. Of rows all are kept, or a share that is drawn.",
  schema: z.strictObject({
    by: z.literal("ss-token"),
    rows: rowsKept(1),
    tokens: tokensKept(0.6),
    change: z.number().min(0).max(1).default(0.5).meta({
      title: "Weight of the change of loss",
      description:
        "γ: 1 is change of loss alone, 0 attention alone, which needs no reading of all rows before training.",
      ofTokens: true,
    }),
  }),
  ofResponses: true,
  earlier: ({ change }) => change > 0,
  attention: ({ change }) => ({ change, sign: -1 }),
  rows: () => ({ rule: "drawn", sign: 1 }),
  labels: () => ({ rule: "loss", sign: 1, neighbours: 0, some: false }),
});
