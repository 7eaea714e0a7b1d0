/**
 * CoNLL files: a word and its tags on a line, an empty line after each sentence. Becomes a table
 * with a row for each sentence. Not for tables with one word a row (`../layouts/word-rows.ts`).
 */

import { countOf, DataError, formatCount, quote } from "../errors";
import { readPieces, type TextFile } from "./decode";
import type { ReadProgress, Records } from "./records";

const NAMES = /\.(conll|conllu|conllx|conll03|conll2003|bio|iob|iob2|bioes)$/i;
/** A line longer than this is no word with its tags. */
const LONGEST_LINE = 64 * 1024;
const TAG = /^(O|[BIESLUM]-\S+)$/;
/** Lines that are looked at. */
const SAMPLE_LINES = 400;

/** How the lines of a file are divided. */
export interface ConllLayout {
  readonly separator: "\t" | " ";
  /** Fields of a line, and which of them are read. */
  readonly fields: number;
  readonly word: number;
  readonly tag: number;
}

/** Comments, and the lines that CoNLL-2003 puts between documents. */
const isAside = (line: string) => line.startsWith("#") || line.startsWith("-DOCSTART-");

const fieldsOf = (line: string, separator: "\t" | " ") =>
  separator === "\t" ? line.split("\t").map((field) => field.trim()) : line.trim().split(/ +/);

/**
 * How a file is divided; null where it is no CoNLL file: lines of equally many fields, the last of
 * which (or one before) is a BIO tag throughout, with empty lines between. A file that is called
 * so needs neither tags of this kind nor empty lines.
 * @param head the beginning of the file
 */
export function conllLayout(name: string, head: string): ConllLayout | null {
  const named = NAMES.test(name);
  const all = head.split(/\r\n|[\r\n]/).slice(0, -1);
  const lines = (all.length > 0 ? all : [head]).slice(0, SAMPLE_LINES);
  // Whether a "#" begins a comment or is a word is seen by its fields.
  const own = lines.filter((line) => line.trim() !== "" && !line.startsWith("-DOCSTART-"));
  const [first] = own.filter((line) => !line.startsWith("# "));
  if (first === undefined) return null;
  const separator = first.includes("\t") ? "\t" : " ";
  const rows = own.filter((line) => !line.startsWith("# ")).map((line) => fieldsOf(line, separator));
  const fields = rows[0]!.length;
  if (fields < 2 || rows.some((row) => row.length !== fields)) return null;
  if (/\.conllu$/i.test(name)) return fields < 4 ? null : { separator, fields, word: 1, tag: 3 };
  // Some files count the words of a sentence in the first field.
  const word = fields > 2 && rows.every((row) => /^\d+$/.test(row[0]!)) ? 1 : 0;
  let tag = fields - 1;
  while (tag > word && !rows.every((row) => TAG.test(row[tag]!))) tag--;
  if (tag > word) {
    const apart = lines
      .slice(
        0,
        lines.findLastIndex((line) => line.trim() !== ""),
      )
      .some((line) => line.trim() === "");
    return named || apart ? { separator, fields, word, tag } : null;
  }
  return named ? { separator, fields, word, tag: fields - 1 } : null;
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

  /** @throws DataError for a line with another number of fields than the first. */
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
    const { separator, fields, word, tag } = this.#layout;
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
        what: `The line has ${countOf(found.length, "field")}, and the first has ${fields}: ${quote(line)}.`,
        fix: "Write a word and its tags on every line, and an empty line after each sentence.",
      });
    }
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
