/** Leaves rows out by how many words they have. */

import * as z from "zod";
import { rowText } from "../weighers/row-text";
import { defineTransform } from "./transform";

const limit = z.int().min(1).nullable();

export const dropLengths = defineTransform({
  title: "Leave out by length",
  summary: "Rows that are too short or too long are not trained on. Words are what stands between white space.",
  schema: z.strictObject({
    do: z.literal("drop-lengths"),
    fewerThan: limit.default(null).meta({ title: "Fewer words than", description: "Empty: no row is too short." }),
    moreThan: limit.default(null).meta({ title: "More words than", description: "Empty: no row is too long." }),
  }),
  apply({ fewerThan, moreThan }, { examples }) {
    if (fewerThan === null && moreThan === null) throw new Error("no number of words is given");
    if (fewerThan !== null && moreThan !== null && fewerThan > moreThan + 1) {
      throw new Error(`every row has fewer than ${fewerThan} words or more than ${moreThan}`);
    }
    return examples.filter((example) => {
      const words = rowText(example).match(/\S+/g)?.length ?? 0;
      return words >= (fewerThan ?? 0) && words <= (moreThan ?? words);
    });
  },
});
