/**
 * The rows of tools/real/rows.jsonl as a comparison reads them, for one task. Not for what is
 * computed with them.
 */

import { readFile } from "node:fs/promises";
import type { BaseModel } from "../../src/base/base-model";
import { buildDataset } from "../../src/data/dataset";
import { formats } from "../../src/data/formats/registry";
import { readTable, type Table } from "../../src/data/table";
import { tokenizeExamples } from "../../src/data/tokens";
import type { ColumnRoles, TaskId } from "../../src/data/types";
import type { ComparisonData } from "../../src/runs/rows";

const FILE = new URL("../../tools/real/rows.jsonl", import.meta.url);
/** The others are the validation's. */
const TRAINING_ROWS = 6;
const MAX_LENGTH = 48;

const columns = {
  "sequence-classification": { text: "text", label: "label" },
  "causal-lm": { prompt: "A message: {text}\nIt is a ", response: "{label}" },
} satisfies Partial<Record<TaskId, ColumnRoles>>;

export type RealTask = keyof typeof columns;

export interface RealRows {
  readonly data: ComparisonData;
  /** `data` of run.json's configuration, as far as reading the rows again needs it. */
  readonly recorded: { readonly task: RealTask; readonly columns: ColumnRoles; readonly maxLength: number };
  /** The validation rows as a JSONL file. */
  readonly validationFile: string;
}

export async function realRows({ tokenizer }: Pick<BaseModel, "tokenizer">, task: RealTask): Promise<RealRows> {
  const lines = (await readFile(FILE, "utf8")).trimEnd().split("\n");
  const table = (own: string[]): Promise<Table> => readTable(new File([own.join("\n")], "rows.jsonl"));
  const held = lines.slice(TRAINING_ROWS);
  const settings = { task, columns: columns[task], maxLength: MAX_LENGTH, validationFraction: 0, seed: 0 };
  const dataset = buildDataset(
    { train: await table(lines.slice(0, TRAINING_ROWS)), validation: await table(held), test: null },
    settings,
  );
  const [train, validation] = await Promise.all(
    [dataset.train, dataset.validation].map((examples) =>
      tokenizeExamples(examples, formats[task].encode, tokenizer, { maxLength: MAX_LENGTH }),
    ),
  );
  return {
    data: {
      task,
      labels: dataset.labels,
      train: train!,
      validation: validation!,
      validationTexts: validation!.map(({ row }) => `row ${row}`),
      maxLength: MAX_LENGTH,
    },
    recorded: { task, columns: columns[task], maxLength: MAX_LENGTH },
    validationFile: `${held.join("\n")}\n`,
  };
}
