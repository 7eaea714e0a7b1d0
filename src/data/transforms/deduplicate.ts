/** Leaves out rows that repeat an earlier one, letter by letter or nearly. */

import * as z from "zod";
import { inputsOf } from "../parts";
import { nearDuplicates } from "./near-duplicates";
import { defineTransform } from "./transform";

export const deduplicate = defineTransform({
  title: "Leave out repeats",
  summary:
    "Of rows with the same text, or nearly the same, the first is trained on; case and white space are no difference. " +
    "Texts are nearly the same by the share of pieces of five characters that they have in common (Jaccard).",
  schema: z.strictObject({
    do: z.literal("deduplicate"),
    similarity: z
      .number()
      .min(0.5)
      .max(1)
      .default(1)
      .meta({ title: "Alike from", description: "1: equal texts alone. 0.8 finds rewordings of a few letters." }),
  }),
  apply({ similarity }, { examples }) {
    const texts = examples.map(inputsOf(examples));
    if (similarity < 1) {
      const isRepeat = nearDuplicates(texts, similarity);
      return examples.filter((_, place) => !isRepeat[place]);
    }
    const seen = new Set<string>();
    return examples.filter((_, place) => {
      const text = texts[place]!;
      const isNew = !seen.has(text);
      seen.add(text);
      return isNew;
    });
  },
});
