/**
 * CoNLL files: a word and its tags on a line, an empty line after each sentence. Becomes a table
 * with a row for each sentence. Not for tables with one word a row (`../layouts/word-rows.ts`).
 */

import { countOf, DataError, formatCount, quote } from "../errors";
import { readPieces, type TextFile } from "./decode";
import { checkRowCount, type ReadProgress, type Records } from "./records";

const NAMES = /\.(conll|conllu|conllx|conll03|conll2003|bio|iob|iob2|bioes)$/i;
/** A line longer than this is no word with its tags. */
const LONGEST_LINE = 64 * 1024;
const TAG = /^(O|[BIESLUM]-\S+)$/i;
/** Lines that are looked at. */
const SAMPLE_LINES = 400;

/** Of the lines, how many may have another number of fields: the reader names them. */
const MOST_UNEVEN = 0.1;
/** More different tags are words. */
const MOST_TAGS = 60;

/** How the lines of a file are divided. */
export interface ConllLayout {
  readonly separator: "\t" | " ";
  /** Fields of a line, and which of them are read. */
  readonly fields: number;
  readonly word: number;
  readonly tag: number;
  /** Whether a field may be a tag; of lines that begin with "#" the others are comments. */
  readonly isTag: (field: string) => boolean;
}

/** Comments, and the lines that CoNLL-2003 puts between documents. */
const isAside = (line: string) => line.startsWith("#") || line.startsWith("-DOCSTART-");

const fieldsOf = (line: string, separator: "\t" | " ") =>
  separator === "\t" ? line.split("\t").map((field) => field.trim()) : line.trim().split(/ +/);

/**
 * How a file is divided; null where it is no CoNLL file: lines of equally many fields, nearly all,
 * one of which is a BIO tag throughout (the last that is), with empty lines between; or the last
 * of which is one of few tags, "O" among them. A file that is called so needs neither such tags nor
 * empty lines.
 * @param head the beginning of the file
 */
export function conllLayout(name: string, head: string): ConllLayout | null {
  const named = NAMES.test(name);
  const all = head.split(/\r\n|[\r\n]/).slice(0, -1);
  const lines = (all.length > 0 ? all : [head]).slice(0, SAMPLE_LINES);
  // Whether a "#" begins a comment or is a word is seen by its fields.
  const own = lines.filter((line) => line.trim() !== "" && !line.startsWith("-DOCSTART-") && !line.startsWith("# "));
  const [first] = own;
  if (first === undefined) return null;
  const separator = first.includes("\t") ? "\t" : " ";
  const every = own.map((line) => fieldsOf(line, separator));
  const fields = commonest(every.map(({ length }) => length));
  const rows = every.filter(({ length }) => length === fields);
  if (fields < 2 || every.length - rows.length > MOST_UNEVEN * every.length) return null;
  const layout = (word: number, tag: number, isTag: ConllLayout["isTag"]) =>
    ({ separator, fields, word, tag, isTag }) as const;
  if (/\.conllu$/i.test(name)) return fields < 4 ? null : layout(1, 3, () => false);
  // Some files count the words of a sentence in the first field.
  const word = fields > 2 && rows.every((row) => /^\d+$/.test(row[0]!)) ? 1 : 0;
  const isBio = (place: number) => rows.every((row) => TAG.test(row[place]!));
  const apart = lines
    .slice(
      0,
      lines.findLastIndex((line) => line.trim() !== ""),
    )
    .some((line) => line.trim() === "");
  if (!named && !apart) return null;
  const bio = (field: string) => TAG.test(field);
  for (let tag = fields - 1; tag > word; tag--) if (isBio(tag)) return layout(word, tag, bio);
  if (fields === 2 && isBio(0)) return layout(1, 0, bio);
  const tags = new Set(rows.map((row) => row[fields - 1]!));
  const isFew = tags.has("O") && tags.size > 1 && tags.size <= Math.min(MOST_TAGS, rows.length / 3);
  return named || isFew ? layout(word, fields - 1, (field) => tags.has(field)) : null;
}

function commonest(numbers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]![0];
}

/** @throws DataError as `ConllReader.push` */
export async function readConll(text: TextFile, layout: ConllLayout, onProgress?: ReadProgress): Promise<Records> {
  const reader = new ConllReader(text.file.name, layout);
  await readPieces(text, (piece) => reader.push(piece), onProgress);
  reader.finish();
  const { columns, rows, rowNumbers } = reader;
  const notice = `${text.file.name}: read as a CoNLL file, field ${layout.tag + 1} of each line as the tag: ${countOf(rows.length, "sentence")}.`;
  return { columns, rows, rowNumbers, empty: { count: 0, first: [] }, notices: [notice], separator: null };
}

/** Reads a file piece by piece; every sentence becomes a record of two cells, words and tags. */
class ConllReader {
  readonly columns = ["words", "tags"];
  readonly rows: string[][] = [];
  /** The line of each sentence's first word. */
  readonly rowNumbers: number[] = [];
  readonly #file: string;
  readonly #layout: ConllLayout;
  readonly #words: string[] = [];
  readonly #tags: string[] = [];
  #rest = "";
  #line = 0;
  #begin = 0;

  constructor(file: string, layout: ConllLayout) {
    this.#file = file;
    this.#layout = layout;
  }

  /** @throws DataError for a line with another number of fields than the others. */
  push(piece: string): void {
    const lines = (this.#rest + piece).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#read(line);
    this.#checkLength(this.#rest, this.#line + 1);
  }

  finish(): void {
    if (this.#rest !== "") this.#read(this.#rest);
    this.#rest = "";
    this.#close();
  }

  #read(line: string): void {
    this.#line++;
    this.#checkLength(line, this.#line);
    const { separator, fields, word, tag, isTag } = this.#layout;
    if (line.trim() === "" || line.startsWith("-DOCSTART-")) {
      this.#close();
      return;
    }
    const found = fieldsOf(line.replace(/\r$/, ""), separator);
    if (found.length !== fields) {
      if (isAside(line)) return;
      throw new DataError({
        file: this.#file,
        row: this.#line,
        what: `The line has ${countOf(found.length, "field")}, and others have ${fields}: ${quote(line)}.`,
        fix: "Write a word and its tags on every line, and an empty line after each sentence.",
      });
    }
    if (line.startsWith("# ") && !isTag(found[tag]!)) return;
    // CoNLL-U numbers words that stand for several, and those that are not written, as 1-2 and 1.1.
    if (word === 1 && /^\d+[-.]\d+$/.test(found[0]!)) return;
    if (this.#words.length === 0) this.#begin = this.#line;
    this.#words.push(found[word]!);
    this.#tags.push(found[tag]!);
  }

  #close(): void {
    if (this.#words.length === 0) return;
    this.rows.push([JSON.stringify(this.#words), JSON.stringify(this.#tags)]);
    this.rowNumbers.push(this.#begin);
    checkRowCount(this.#file, this.rows.length);
    this.#words.length = 0;
    this.#tags.length = 0;
  }

  #checkLength(line: string, row: number): void {
    if (line.length <= LONGEST_LINE) return;
    throw new DataError({
      file: this.#file,
      row,
      what: `The line has more than ${formatCount(LONGEST_LINE)} characters, and it is to be one word with its tags.`,
      fix: "Write a word and its tags on every line, or give the file another ending than that of CoNLL files.",
    });
  }
}
