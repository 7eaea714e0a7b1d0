/** Reads a row under several prompts, so that a run does not learn one wording. */

import * as z from "zod";
import { shortened } from "../../errors/shortened";
import type { Example } from "../examples";
import { columnsOf } from "../placeholders";
import { checkTemplate, fillTemplate } from "../templates";
import { defineTransform, type RowsToTransform } from "./transform";

export const varyPrompts = defineTransform({
  title: "Vary the prompt",
  summary: "A row is read under each of several templates, or under one of them that is drawn; the answer stays.",
  suits: (answer) => answer !== "tags",
  schema: z.strictObject({
    do: z.literal("vary-prompts"),
    templates: z
      .array(z.string().min(1))
      .min(1)
      .max(20)
      .meta({ title: "Templates", description: "One on each line, with columns in braces.", format: "lines" }),
    use: z
      .enum(["all", "one"])
      .default("all")
      .meta({ title: "Of these, a row is read under", description: "Each of them, or one that is drawn." }),
    own: z
      .boolean()
      .default(true)
      .meta({ title: "Its own text beside them", description: "As validation and test rows are read." }),
  }),
  apply({ templates, use, own }, rows, random) {
    const { examples, table } = rows;
    for (const template of templates) {
      checkTemplate(template, "prompt", table);
      if (columnsOf(template).length > 0) continue;
      throw new Error(`the template "${shortened(template)}" names no column, so it would read the same in every row`);
    }
    if (examples.some(({ messages }) => messages !== undefined)) throw new Error("the rows are conversations");
    const cellsOf = readCells(rows);
    return examples.flatMap((example) => {
      const variants = [
        ...(own ? [example] : []),
        ...templates.map((template): Example => ({ ...example, text: fillTemplate(template, cellsOf(example)) })),
      ];
      return use === "all" ? variants : [variants[random.integer(variants.length)]!];
    });
  },
});

/** The cells of a row's columns; texts that an earlier transform changed are those. */
function readCells({ examples, table, columns, answer, isOfFile }: RowsToTransform) {
  const { text: textColumn, textPair: pairColumn } = columns;
  if (answer === "text" && !examples.every(isOfFile)) {
    throw new Error("another transform has changed the prompts before; move this one before it");
  }
  const records = new Map(table.rowNumbers.map((row, index) => [row, table.rows[index]!]));
  return ({ row, text, textPair }: Example) => {
    const record = records.get(row)!;
    return (column: string) => {
      if (column === textColumn) return text;
      if (column === pairColumn && textPair !== null) return textPair;
      return record[table.columns.indexOf(column)]!;
    };
  };
}
