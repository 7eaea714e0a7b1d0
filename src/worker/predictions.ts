/**
 * What runs say of texts: of one that was typed, and of a file's rows, each by the run that is
 * chosen for it.
 */

import type { AskedRow } from "../answers/answers";
import { typedRow } from "../answers/typed-row";
import { countOf } from "../data/errors";
import type { Example } from "../data/examples";
import { formats } from "../data/formats/registry";
import { answerColumns, answerRoles } from "../data/labelled";
import { openTable } from "../data/open-table";
import { nameRows } from "../data/shards";
import type { Table } from "../data/table";
import type { EncodedRow } from "../data/tokens";
import { type AdapterChoice, columnValues, inputColumns, inputRoles, readInputs, rowsByRun } from "../data/unlabelled";
import { type FormulaCells, writeCsv } from "../data/write-csv";
import type { Tokenizer } from "../hub/tokenizer";
import type { Prediction, RowAnswer } from "../plan/reports";
import type { ColumnRoles, FilePredictions, FileToPredict } from "./api";
import { temperatureNotices, thresholdNotices } from "./calibration-notice";
import type { OpenComparison } from "./open-comparison";

/** What every run says of a text. Throws an Error for an empty text, or where there is no run. */
export async function predictText(
  all: readonly Answering[],
  tokenizer: Tokenizer,
  text: string,
  textPair: string | null,
): Promise<Prediction[]> {
  firstOf(all);
  const predictions: Prediction[] = [];
  for (const [index, open] of all.entries()) {
    const { task, longestRow } = open.comparison;
    const { row, words } = typedRow(task.id, { text, textPair }, tokenizer, longestRow);
    const said = await open.comparison.predict(row, words);
    predictions.push(...(index === 0 ? said : said.slice(1)));
  }
  return predictions;
}

/**
 * A file's columns, and which of them may be what. Throws an Error for tasks that answer by
 * writing.
 */
export async function inspectFile(
  all: readonly OpenComparison[],
  file: File,
  encoding?: string,
): Promise<FileToPredict> {
  const { task, columns } = firstOf(all).configuration.data;
  const roles = inputRoles(task);
  if (roles.length === 0) throw new Error("A language model's answers are texts: let the runs write them.");
  const table = await openAsTrained(all, file, encoding);
  return {
    file: table.file,
    encoding: table.encoding ?? null,
    rows: table.rows.length,
    columns: table.columns,
    roles,
    chosen: inputColumns(table, task, columns),
    answerRoles: answerRoles(task),
    answers: answerColumns(table, task, columns),
    values: columnValues(table),
  };
}

/**
 * A table that is read as the files of the comparison were.
 * @param encoding default: found out, and theirs where it is not UTF-8
 */
export function openAsTrained([first]: readonly OpenComparison[], file: File, encoding?: string): Promise<Table> {
  const { header = true, encoding: otherwise } = first?.configuration.data ?? {};
  return openTable(file, undefined, { header, encoding, otherwise });
}

type Answering = Pick<OpenComparison, "comparison">;

interface Sources {
  readonly tokenizer: Tokenizer;
  /** The comparison that a run belongs to. Throws an Error if there is none. */
  of(run: string): Answering;
  readonly progress: (done: number, total: number) => void;
  /** Default: `text`. */
  readonly formulas?: FormulaCells;
}

/**
 * The table with what was said of every row, in its order: rows go to their runs in batches, so
 * that each run is asked once.
 * @throws DataError naming row and column where no run is chosen for a value; Error for a run that
 * does not exist.
 */
export async function predictTable(
  table: Table,
  columns: ColumnRoles,
  choice: AdapterChoice,
  { tokenizer, of, progress, formulas }: Sources,
): Promise<FilePredictions> {
  const inputs = readInputs(table, columns);
  const parts = [...rowsByRun(table, choice)].map(([run, places]) => ({ run, places, ...of(run) }));
  const said = new Array<{ run: string; said: RowAnswer | null }>(table.rows.length);
  const without: number[] = [];
  /** By the most tokens that a run reads. */
  const cut = new Map<number, { rows: number[]; most: number }>();
  let done = 0;
  for (const { run, places, comparison } of parts) {
    const asked: (AskedRow & { place: number })[] = [];
    for (const place of places) {
      const example = inputs[place]!;
      said[place] = { run, said: null };
      const row = example && encode(comparison, example, tokenizer);
      if (!row || row.fullLength === 0) {
        without.push(table.rowNumbers[place]!);
        continue;
      }
      if (row.fullLength > row.ids.length) {
        const own = cut.get(row.ids.length) ?? { rows: [], most: 0 };
        own.rows.push(table.rowNumbers[place]!);
        own.most = Math.max(own.most, row.fullLength);
        cut.set(row.ids.length, own);
      }
      asked.push({ place, row, words: example.words ?? [] });
    }
    const answered = await comparison.predictRows(run, asked, (rows) => progress(done + rows, table.rows.length));
    for (const [index, { place }] of asked.entries()) said[place] = { run, said: answered[index]! };
    done += places.length;
    progress(done, table.rows.length);
  }
  const read = parts.map(({ run, comparison }) => ({ run, calibration: comparison.calibration(run) }));
  const sorted = (rows: number[]) => nameRows(rows.sort((a, b) => a - b));
  return {
    csv: answeredCsv(table, columns, said, formulas),
    file: table.file,
    rows: table.rows.length,
    runs: parts.map(({ run, places }) => ({ run, rows: places.length })),
    notices: [
      ...table.notices,
      ...temperatureNotices(read),
      ...thresholdNotices(read),
      ...(without.length > 0
        ? [`${countOf(without.length, "row")} without text: no prediction (${sorted(without)}).`]
        : []),
      ...[...cut].map(
        ([tokens, { rows, most }]) =>
          `${countOf(rows.length, "row")} cut to ${tokens} tokens, as texts are for training (${sorted(rows)}); the longest ` +
          `has ${most}.`,
      ),
    ],
  };
}

function firstOf<Item>([first]: readonly Item[]): Item {
  if (first) return first;
  throw new Error("There is no trained run yet. Press Compare first, or import an adapter.");
}

/** Cut to the longest row that the comparison's runs read. */
function encode({ task, longestRow }: Answering["comparison"], example: Example, tokenizer: Tokenizer): EncodedRow {
  return formats[task.id].encode(example, tokenizer, longestRow);
}

function answeredCsv(
  table: Table,
  { tokens }: ColumnRoles,
  said: readonly { run: string; said: RowAnswer | null }[],
  formulas: FormulaCells | undefined,
): string {
  const first = said.find((one) => one.said !== null)?.said ?? null;
  const added = ["run", "prediction", ...(first?.answer === "label" ? ["probability"] : [])];
  const fields = [...table.columns, ...added.map((name) => free(name, table.columns))];
  const words = tokens ? table.columns.indexOf(tokens) : -1;
  const data = table.rows.map((record, place) => {
    const { run, said: one } = said[place]!;
    return [...record, run, ...(one ? cells(one, record[words]) : added.slice(1).map(() => ""))];
  });
  return writeCsv(fields, data, formulas);
}

/** A column's name that the file does not have: with as many prefixes as that takes. */
export function free(name: string, taken: readonly string[], prefix = "predicted "): string {
  return taken.includes(name) ? free(`${prefix}${name}`, taken, prefix) : name;
}

/** @param words the cell of a tagged row's words */
function cells(said: RowAnswer, words: string | undefined): string[] {
  switch (said.answer) {
    case "label": {
      const likeliest = said.probabilities.find(({ label }) => label === said.label)!;
      return [said.label, likeliest.probability.toPrecision(6)];
    }
    case "labels":
      return [
        JSON.stringify(
          said.probabilities.filter(({ probability, threshold }) => probability > threshold).map(({ label }) => label),
        ),
      ];
    case "number":
      return [said.number.toPrecision(6)];
    case "tags":
      return [tagsCell(said.tags, words)];
  }
}

/** As the row's words are written: between spaces, or as a list. */
function tagsCell(tags: readonly string[], words: string | undefined): string {
  const areSpaced = !words?.trimStart().startsWith("[") && tags.every((tag) => !/\s/.test(tag));
  return areSpaced ? tags.join(" ") : JSON.stringify(tags);
}
