/** Rows and tokens with the highest or the lowest loss in the batch. */

import * as z from "zod";
import { defineRule, rowsKept, signOf, tokensKept } from "./rule";

export const loss = defineRule({
  title: "By loss",
  summary:
    "Rows with the highest or lowest mean loss of their batch, and of their tokens those with the highest or lowest, by " +
    "the model as it is at that step.",
  schema: z.strictObject({
    by: z.literal("loss"),
    prefer: z.enum(["high", "low"]).default("high").meta({ title: "Keep", description: "Hard ones, or easy ones." }),
    rows: rowsKept(),
    tokens: tokensKept(),
  }),
  rows: ({ prefer }) => ({ rule: "loss", sign: signOf(prefer) }),
  labels: ({ prefer }) => ({ rule: "perplexity", sign: signOf(prefer), neighbours: 0, some: false }),
});
