/** Rows and tokens drawn anew for every batch: what any other rule has to beat. */

import * as z from "zod";
import { defineRule, rowsKept, tokensKept } from "./rule";

export const random = defineRule({
  title: "Drawn at random",
  summary: "Rows and tokens are drawn anew for every batch: the control that any other rule has to beat.",
  schema: z.strictObject({ by: z.literal("random"), rows: rowsKept(), tokens: tokensKept() }),
  rows: () => ({ rule: "drawn", sign: 1 }),
  labels: () => ({ rule: "drawn", sign: 1, neighbours: 0, some: false }),
});
