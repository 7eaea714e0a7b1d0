/** Gives every label as many rows: of frequent ones some are left out, of rare ones repeated. */

import * as z from "zod";
import type { Example } from "../examples";
import { defineTransform } from "./transform";

export const balance = defineTransform({
  title: "Balance the labels",
  summary:
    "Every label gets as many training rows: rows of frequent ones are left out (undersampling), rows of rare ones " +
    "are repeated (oversampling), all of them as often as each other to one.",
  suits: (answer) => answer === "label",
  schema: z.strictObject({
    do: z.literal("balance"),
    to: z
      .enum(["largest", "smallest", "number"])
      .default("largest")
      .meta({ title: "As many as", description: "Rows of the largest label, of the smallest, or a number." }),
    rows: z
      .int()
      .min(1)
      .default(100)
      .meta({ title: "Rows for each label", description: "", onlyWith: { to: ["number"] } }),
  }),
  apply({ to, rows }, { examples, labels }, random) {
    if (labels.length === 0) throw new Error("this task has no labels");
    const members = new Map<number, Example[]>();
    for (const example of examples) {
      const own = members.get(example.label);
      if (own) own.push(example);
      else members.set(example.label, [example]);
    }
    const counts = [...members.values()].map(({ length }) => length);
    const wanted = { largest: Math.max(...counts), smallest: Math.min(...counts), number: rows }[to];
    const times = new Map<Example, number>();
    for (const own of [...members].sort(([a], [b]) => a - b).map(([, some]) => random.shuffle(some))) {
      const [whole, rest] = [Math.floor(wanted / own.length), wanted % own.length];
      // A row may stand there more than once already.
      for (const [place, example] of own.entries()) {
        times.set(example, (times.get(example) ?? 0) + whole + (place < rest ? 1 : 0));
      }
    }
    return [...new Set(examples)].flatMap((example) => new Array<Example>(times.get(example)!).fill(example));
  },
});
