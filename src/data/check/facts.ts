/** What the lines of the check are told from, put together once for all of them. */

import { createBreather } from "../breathe";
import type { Dataset, DataTables } from "../dataset";
import { type Example, shownText } from "../examples";
import type { DataFormat } from "../formats/format";
import { formats } from "../formats/registry";
import { inputsOf } from "../parts";
import type { Source } from "../shards";
import type { TokenizedExample } from "../tokens";
import type { DataRole, DataSettings, RowChange } from "../types";
import type { CheckAction, CheckedRow, CheckId, CheckLine } from "./check";

/** What is known of the open base model. */
export interface CheckedModel {
  /** The most tokens that it reads. */
  readonly contextLength: number;
  readonly tokenizer: {
    readonly unknownId: number | null;
    readonly eosId: number | null;
    encodeWords(words: readonly string[]): {
      readonly ids: ArrayLike<number>;
      readonly wordOf: readonly (number | null)[];
    };
  };
}

export interface CheckInput {
  readonly tables: DataTables;
  readonly settings: DataSettings;
  readonly dataset: Dataset;
  /** Of all parts of the first division, training first; empty while no model is open. */
  readonly tokenized: readonly TokenizedExample[];
  readonly model: CheckedModel | null;
}

export interface PlacedExample {
  readonly example: Example;
  readonly part: CheckedRow["part"];
  readonly file: DataRole;
}

export interface CheckFacts extends CheckInput {
  readonly format: DataFormat;
  /** Of the first division: every row that is open, once. */
  readonly rows: readonly PlacedExample[];
  /** Rows by what a model reads of them, without regard to case and white space. */
  readonly byInput: ReadonlyMap<string, readonly PlacedExample[]>;
  /** Rows, or words, of each part that have a label, by class id. */
  readonly counts: Readonly<Record<CheckedRow["part"], readonly number[]>>;
  /** To be awaited in long loops. */
  readonly breathe: () => Promise<void>;
}

/** A line of the check; null: it does not apply to this task, or cannot be told yet. */
export type CheckRule = (facts: CheckFacts) => CheckLine | null | Promise<CheckLine | null>;

/** Of a longer list of changes, all of which are read at every change, it is the file to change. */
export const MOST_CHANGES = 10_000;
const ROW_CHARACTERS = 300;

export async function gatherFacts(input: CheckInput): Promise<CheckFacts> {
  const { dataset, settings, tables } = input;
  const format = formats[settings.task];
  const breathe = createBreather();
  const place = (examples: readonly Example[], part: CheckedRow["part"], file: DataRole) =>
    examples.map((example): PlacedExample => ({ example, part, file }));
  const rows = [
    ...place(dataset.untransformed[0]!.train, "training", "train"),
    ...place(dataset.validation, "validation", tables.validation ? "validation" : "train"),
    ...place(dataset.test, "test", tables.test ? "test" : "train"),
  ];
  const inputOf = inputsOf(rows.map(({ example }) => example));
  const byInput = new Map<string, PlacedExample[]>();
  const empty = () => dataset.labels.map(() => 0);
  const counts = { training: empty(), validation: empty(), test: empty() };
  for (const row of rows) {
    const key = inputOf(row.example);
    const known = byInput.get(key);
    if (known) known.push(row);
    else byInput.set(key, [row]);
    if (dataset.labels.length > 0) for (const label of format.labelsOf(row.example)) counts[row.part][label]!++;
    await breathe();
  }
  return { ...input, format, rows, byInput, counts, breathe };
}

/** A line, with the rows that it is about. */
export function line(
  facts: CheckFacts,
  { id, isGood, said }: Pick<CheckLine, "id" | "isGood" | "said">,
  {
    actions = [],
    rows = [],
  }: { readonly actions?: readonly CheckAction[]; readonly rows?: readonly PlacedExample[] } = {},
): CheckLine {
  return {
    ...{ id, isGood, said, actions },
    rows: rows.map(({ example, part, file }) => {
      const text = shownText(example);
      const shown = text.length > ROW_CHARACTERS ? `${text.slice(0, ROW_CHARACTERS)}…` : text;
      return { ...{ file, part, row: example.row, text: shown }, given: answerInWords(facts, example) };
    }),
    rowCount: rows.length,
  };
}

/** All is well. */
export const good = (facts: CheckFacts, id: CheckId, said: string): CheckLine =>
  line(facts, { id, isGood: true, said });

function answerInWords({ format: { answer }, dataset: { labels } }: CheckFacts, { label, values }: Example): string {
  if (answer === "label") return labels[label] ?? "";
  if (answer === "labels") return labels.filter((_, place) => values?.[place] === 1).join(", ") || "no label";
  return answer === "number" ? String(values?.[0] ?? "") : "";
}

/** The table that rows of a file are named by. */
export function sourceOf({ tables }: CheckInput, file: DataRole): Source {
  return tables[file] ?? tables.train;
}

/** All that is read and written of a row, as one text. */
export function wholeText({ text, textPair, response, messages }: Example): string {
  if (messages) return messages.map(({ content }) => content).join("\n");
  return [text, textPair, response].filter((one) => one).join("\n");
}

/** Which row it is, for a change of it. */
export function placeOfRow({ file, example: { row } }: PlacedExample): Pick<RowChange, "file" | "row"> {
  return { ...(file !== "train" && { file }), row };
}

/** Leaves these rows out at a press; nothing is offered where they are too many for a list. */
export function leaveOut(title: string, rows: readonly PlacedExample[]): CheckAction[] {
  if (rows.length === 0 || rows.length > MOST_CHANGES) return [];
  return [{ kind: "changes", title, changes: rows.map((row) => ({ ...placeOfRow(row), leaveOut: true })) }];
}

/** `86.6 %`: with three digits, as the page shows shares. */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
