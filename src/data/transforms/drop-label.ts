/** Leaves out rows of one label, but for so many. */

import * as z from "zod";
import { nearestName } from "../../errors/nearest-name";
import { quote } from "../errors";
import { defineTransform } from "./transform";

export const dropLabel = defineTransform({
  title: "Leave out by label",
  summary: "Of the rows that have a label so many are drawn, and the others are not trained on.",
  suits: (answer) => answer === "label" || answer === "labels" || answer === "tags",
  schema: z.strictObject({
    do: z.literal("drop-label"),
    label: z.string().min(1).meta({ title: "Label", description: "As it is called above.", format: "label" }),
    keep: z.int().min(1).default(50).meta({ title: "Rows that stay", description: "Drawn with the seed." }),
  }),
  apply({ label, keep }, { examples, labels, labelsOf }, random) {
    const id = labels.indexOf(label);
    if (labels.length === 0) throw new Error("this task has no labels");
    if (id < 0) {
      const nearest = quote(nearestName(label, labels));
      throw new Error(`the data have no label ${quote(label)}; the nearest of their ${labels.length} is ${nearest}`);
    }
    const having = examples.filter((example) => [...labelsOf(example)].includes(id));
    const left = new Set(random.shuffle(having).slice(keep));
    return examples.filter((example) => !left.has(example));
  },
});
