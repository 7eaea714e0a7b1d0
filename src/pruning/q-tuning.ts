/**
 * Q-Tuning (quadrant-based tuning): of every batch the rows that are wrong and sure (high
 * perplexity, low entropy) or right and unsure; of the former only the tokens whose perplexity,
 * with that of those beside them, is highest, of the latter all.
 *
 * The source finds its thresholds by bisection; the rows that come in with the narrowest thresholds
 * are the same without a search. Its page leaves open which end of the tokens stays: by our reading
 * the highest, so that a hard token among easy ones goes before a hard stretch does.
 */

import * as z from "zod";
import { defineRule, rowsKept, signOf, tokensKept } from "./rule";

export const qTuning = defineRule({
  title: "By quadrants (Q-Tuning)",
  summary:
    "Rows that the model gets wrong and is sure of, or gets right and is unsure of; of the former only the tokens that " +
    "are hardest with those beside them. Q-Tuning, by our reading of its formulas.",
  schema: z.strictObject({
    by: z.literal("q-tuning"),
    rows: rowsKept(),
    tokens: tokensKept(),
    neighbours: z.number().min(0).max(1).default(0.25).meta({
      title: "Weight of neighbours",
      description:
        "λ: a token's score is (1 − λ) · its perplexity + λ · (that of the token before it + that of the one after it).",
      ofTokens: true,
    }),
    prefer: z.enum(["high", "low"]).default("high").meta({
      title: "Tokens to keep",
      description: "Those with the highest score, or with the lowest.",
      ofTokens: true,
    }),
  }),
  rows: () => ({ rule: "corners", sign: 1 }),
  labels: ({ neighbours, prefer }) => ({ rule: "perplexity", sign: signOf(prefer), neighbours, some: true }),
});
