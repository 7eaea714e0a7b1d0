/** Leaves rows out by a regular expression in their texts. */

import * as z from "zod";
import { wholeExpression } from "../../expressions/expression";
import { rowText } from "../weighers/row-text";
import { defineTransform } from "./transform";

export const dropTexts = defineTransform({
  title: "Leave out by expression",
  summary: "Rows in whose texts a regular expression is found are not trained on, or only those.",
  schema: z.strictObject({
    do: z.literal("drop-texts"),
    pattern: z
      .string()
      .min(1)
      .meta({ title: "Word or expression", description: "A regular expression (RE2); (?i) first ignores the case." }),
    keep: z
      .boolean()
      .default(false)
      .meta({ title: "Keep these rows alone", description: "The others are left out instead." }),
  }),
  apply({ pattern, keep }, { examples }) {
    const expression = wholeExpression(pattern, pattern, "Leave rows out one by one");
    return examples.filter((example) => expression.isIn(rowText(example)) === keep);
  },
});
