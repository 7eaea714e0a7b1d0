/**
 * One word a row with its tag, and a column that says which sentence it is of, filled throughout or
 * at the first word only (Kaggle's files); or an empty row after each sentence. Rows are joined.
 */

import { type ColumnFacts, measureColumns } from "../columns";
import { countOf } from "../errors";
import { nameRows } from "../shards";
import type { Table } from "../table";
import type { Layout } from "./layout";

const WORD_NAMES = ["word", "words", "token", "tokens"];
const SENTENCE_NAMES =
  "sentence sentenceid sentenceidx sentenceno sentencenumber sentencenum sentid sentidx sent sentences".split(" ");
const TAG = /^(O|[BIESLUM]-\S+)$/;

export const wordRows: Layout = (table) => {
  const facts = measureColumns(table);
  const word = facts.find(({ key, name }) => WORD_NAMES.includes(key) && areWords(cells(table, name)));
  const tag = facts.find((column) => column !== word && isTags(cells(table, column.name)));
  if (!word || !tag) return table;
  const sentence = facts.find((column) => column !== word && column !== tag && SENTENCE_NAMES.includes(column.key));
  const gaps = table.rowNumbers.some((row, index) => index > 0 && row > table.rowNumbers[index - 1]! + 1);
  if (!sentence && !gaps) {
    const notice =
      `${table.file}: it looks like one word a row (columns "${word.name}" and "${tag.name}"), but nothing says where a ` +
      "sentence ends: words are read each by itself. Add a column with the number of the sentence.";
    return { ...table, notices: [...table.notices, notice] };
  }
  const [wordPlace, tagPlace] = [table.columns.indexOf(word.name), table.columns.indexOf(tag.name)];
  const empty = table.rowNumbers.filter((_, index) => table.rows[index]![wordPlace]!.trim() === "");
  const starts = table.rows.flatMap((_, index) => (begins(table, sentence, index) ? [index] : []));
  const rows = starts.map((start, index) => {
    const all = table.rows.slice(start, starts[index + 1]);
    const own = all.filter((record) => record[wordPlace]!.trim() !== "");
    const joined = [...all[0]!];
    for (const place of [wordPlace, tagPlace])
      joined[place] = JSON.stringify(own.map((record) => record[place]!.trim()));
    return joined;
  });
  const notice =
    `${table.file}: one word a row; ${countOf(table.rows.length, "word")} were joined to ${countOf(rows.length, "sentence")} ` +
    `by ${sentence ? `column "${sentence.name}"` : "the empty rows"}.`;
  const left = `${table.file}, column "${word.name}": left out ${countOf(empty.length, "empty word")} (${nameRows(empty, table)}).`;
  return {
    ...table,
    rows,
    rowNumbers: starts.map((start) => table.rowNumbers[start]!),
    notices: [...table.notices, notice, ...(empty.length > 0 ? [left] : [])],
  };
};

/** Whether a sentence begins with this row. An empty number is that of the row above. */
function begins({ columns, rows, rowNumbers }: Table, sentence: ColumnFacts | undefined, index: number): boolean {
  if (index === 0) return true;
  if (!sentence) return rowNumbers[index]! > rowNumbers[index - 1]! + 1;
  const place = columns.indexOf(sentence.name);
  const own = rows[index]![place]!.trim();
  if (own === "") return false;
  for (let above = index - 1; above >= 0; above--) {
    const value = rows[above]![place]!.trim();
    if (value !== "") return value !== own;
  }
  return true;
}

const cells = ({ columns, rows }: Table, column: string) => {
  const place = columns.indexOf(column);
  return rows.slice(0, 500).map((record) => record[place]!.trim());
};

/** Of cells, how many may be empty: what tools write for a character that they cannot. */
const MOST_EMPTY = 0.3;

const areWords = (found: readonly string[]) =>
  found.every((cell) => cell === "" || isOneWord(cell)) &&
  found.filter((cell) => cell === "").length <= MOST_EMPTY * found.length;

/** A list is none. */
const isOneWord = (cell: string) => !/\s/.test(cell) && !/^\[.+\]$/.test(cell);

const isTags = (tags: readonly string[]) =>
  tags.every((cell) => TAG.test(cell)) && tags.includes("O") && tags.some((cell) => cell !== "O");
