/**
 * A text beside a column of spans (doccano, Prodigy, Label Studio, Argilla, spaCy): they become a
 * column of words and one of BIO tags.
 */

import { guessTexts, measureColumns } from "../columns";
import { DataError } from "../errors";
import { ownValue, readStructure } from "../literals";
import { placeSpans, readSpans, type Span, tagWords } from "../spans";
import type { Table } from "../table";
import { placedWords, type Word } from "../words";
import { countRows, freeName, type Layout, withColumns } from "./layout";

/** Of several columns of spans the likeliest. */
const SPAN_NAMES = ["spans", "entities", "ner", "label", "labels", "annotation", "annotations"];

export const spans: Layout = (table) => {
  const facts = measureColumns(table);
  const found = facts.filter(({ structure, name }) => structure === "spans" || holdsEntities(table, name));
  if (found.length === 0) return table;
  const column = SPAN_NAMES.flatMap((name) => found.filter(({ key }) => key === name))[0] ?? found[0]!;
  const texts = facts.filter(({ structure, numeric }) => structure === null && !numeric);
  if (texts.length === 0) return table;
  const { text } = guessTexts(texts);
  const [textPlace, spanPlace] = [table.columns.indexOf(text), table.columns.indexOf(column.name)];
  const tokens = table.columns.indexOf("tokens");
  const [uneven, lost, none]: number[][] = [[], [], []];
  const rows = table.rows.map((record, index) => {
    const row = table.rowNumbers[index]!;
    const own = record[textPlace]!;
    const cell = record[spanPlace]!;
    const given = spansIn(cell, { file: table.file, row, column: column.name });
    if (given.length === 0) none!.push(row);
    const words = wordsIn(own, tokens < 0 ? "" : record[tokens]!);
    const tagged = tagWords(words, placed(own, given, { file: table.file, row, column: column.name }));
    if (tagged.uneven > 0) uneven!.push(row);
    if (tagged.lost > 0) lost!.push(row);
    return { words: words.map((word) => word.text), tags: tagged.tags };
  });
  const [words, tags] = [freeName(table, "words"), freeName(table, "tags")];
  const where = `${table.file}, column "${column.name}"`;
  const others = found.filter((other) => other !== column).map(({ name }) => `"${name}"`);
  const notices = [
    `${where}: the spans of "${text}" became a tag for every word (columns "${words}" and "${tags}").`,
    ...(uneven!.length > 0
      ? [`${where}: spans begin or end inside a word in ${countRows(uneven!, table)}; the whole word has the tag.`]
      : []),
    ...(lost!.length > 0
      ? [`${where}: spans that overlap another, or mark no word, are left out in ${countRows(lost!, table)}.`]
      : []),
    ...(none!.length > 0 ? [`${where}: no span in ${countRows(none!, table)}; all words there are "O".`] : []),
    ...(others.length > 0 ? [`${table.file}: spans of ${others.join(", ")} are not used.`] : []),
  ];
  const cells = (of: (row: (typeof rows)[number]) => string[]) =>
    rows.map((row) => (row.words.length === 0 ? "" : JSON.stringify(of(row))));
  const added = [
    { name: words, cells: cells((row) => row.words) },
    { name: tags, cells: cells((row) => row.tags) },
  ];
  return withColumns(table, added, notices);
};

interface Place {
  readonly file: string;
  readonly row: number;
  readonly column: string;
}

/** spaCy's objects with a list of entities. */
function holdsEntities({ columns, rows }: Table, column: string): boolean {
  const place = columns.indexOf(column);
  const filled = rows.slice(0, 20).filter((record) => record[place]!.trim() !== "");
  return (
    filled.length > 0 &&
    filled.every((record) => {
      const value = readStructure(record[place]!);
      return ownValue(value, "entities") !== undefined && readSpans(value) !== null;
    })
  );
}

function spansIn(cell: string, where: Place): Span[] {
  if (cell.trim() === "") return [];
  const found = readSpans(readStructure(cell));
  if (found) return found;
  const what = "The cell is no list of spans with start, end and label, as other rows have.";
  throw new DataError({ ...where, what, fix: 'Write, for example, [[0, 9, "PER"]].' });
}

function placed(text: string, given: readonly Span[], where: Place): Span[] {
  try {
    return placeSpans(text, given);
  } catch (error) {
    const fix = "Correct the span, or remove the row; places count characters from 0, the end not included.";
    throw new DataError({ ...where, what: `The row ${(error as Error).message}.`, fix });
  }
}

/** Prodigy's own tokens where they say their places in the text, else words of the text. */
function wordsIn(text: string, tokens: string): Word[] {
  const list = readStructure(tokens);
  const own = (Array.isArray(list) ? list : []).map((token: unknown) => ({
    text: ownValue(token, "text"),
    start: ownValue(token, "start"),
    end: ownValue(token, "end"),
  }));
  const fits = own.every(
    (word): word is Word =>
      typeof word.text === "string" && word.text === text.slice(word.start as number, word.end as number),
  );
  return own.length > 0 && fits ? own.filter((word) => word.text.trim() !== "") : placedWords(text);
}
