/**
 * Options of methods that add a low-rank matrix to the input's embeddings (`input-shift.ts`).
 * `equalBudget` names the options that the rank's parameters are weighed against.
 */

import * as z from "zod";

export const shiftOptions = () => ({
  positions: z.int().min(1).max(8192).default(128).meta({
    title: "Positions",
    description: "Rows of the low-rank product: the longest input, in tokens, that it can change.",
  }),
  rank: z
    .int()
    .min(1)
    .max(256)
    .default(4)
    .meta({
      title: "Rank",
      description: "Inner width of the two thin matrices.",
      equalBudget: { tokens: "virtualTokens", positions: "positions" },
    }),
  alpha: z.number().positive().default(4).meta({
    title: "Alpha",
    description: "The product is scaled by alpha / √rank.",
  }),
  pairRate: z.number().positive().max(100).default(0.1).meta({
    title: "Pair's rate",
    description: "Learning rate of the two thin matrices, as a factor on the run's, which is the prompt's.",
  }),
});
