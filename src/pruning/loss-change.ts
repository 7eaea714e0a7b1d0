/**
 * How the loss of a token has changed since before training: ssToken's self-modulated selection
 * (retrospective excess loss) without its attention, and the excess loss the other way round. The
 * untrained model is the history model, so no reference is trained.
 */

import * as z from "zod";
import { defineRule, rowsKept, signOf, tokensKept } from "./rule";

export const lossChange = defineRule({
  title: "By change of loss",
  summary:
    "Rows and tokens whose loss has fallen most since before training, as ssToken chooses tokens, or those that have " +
    "fallen least. Every training row is read once by the untrained model before the first step.",
  schema: z.strictObject({
    by: z.literal("loss-change"),
    rows: rowsKept(1),
    tokens: tokensKept(0.6),
    prefer: z.enum(["fallen", "risen"]).default("fallen").meta({
      title: "Keep",
      description: "What is learned most easily, or what is left behind: a loss that has fallen least, or risen.",
    }),
  }),
  earlier: () => true,
  rows: ({ prefer }) => ({ rule: "loss", sign: signOf(prefer === "risen" ? "high" : "low") }),
  labels: ({ prefer }) => ({
    rule: "loss",
    sign: signOf(prefer === "risen" ? "high" : "low"),
    neighbours: 0,
    some: false,
  }),
});
