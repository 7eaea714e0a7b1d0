/**
 * Text between separators to records, in pieces, with papaparse's record parser. Knows the format,
 * not what a column means; the first record is handed out like any other.
 */

import Papa from "papaparse";
import { countOf, DataError, type DataErrorDetails, quote } from "../errors";
import { nameRows } from "../shards";
import { readPieces, type TextFile } from "./decode";
import {
  addEmpty,
  checkColumnCount,
  checkRowCount,
  type EmptyRows,
  LONGEST_RECORD,
  type ReadProgress,
  type Records,
  tooLong,
} from "./records";

export type LineEnding = "\n" | "\r";

export interface DelimitedFormat {
  delimiter: string;
  /** `\r` only for files that end their lines with nothing else; `\r\n` counts as `\n`. */
  lineEnding: LineEnding;
  /** Without quoting a `"` is a character like any other. */
  quoting: boolean;
  /** Whether the first line says the separator (`sep=;`) and is no row. */
  isNamed?: boolean;
  /** Whether a quote within a quoted field stands behind a backslash; else it is doubled. */
  isBackslashed?: boolean;
}

/** In the order of trying: of two that fit as well the first is taken. */
const DELIMITERS: readonly (readonly [string, string])[] = [
  [",", "comma"],
  ["\t", "tab"],
  [";", "semicolon"],
  ["|", "pipe"],
  ["::", "pair of colons"],
  ["^", "caret"],
  ["~", "tilde"],
  ["\u0001", "character U+0001"],
];
const nameOf = (delimiter: string) => DELIMITERS.find(([one]) => one === delimiter)?.[1] ?? quote(delimiter);

const GUESS_ROWS = 50;
/** Characters in which quotes behind backslashes are looked for. */
const LOOK_AHEAD = 1000;
/** What spreadsheets write as the first line of a file, and read again. */
const NAMED_DELIMITER = /^sep=(.)(?:\r*\n|\r)/i;
/** Such a line is shorter, with its end. */
const LONGEST_NAME = 16;

/**
 * Guesses from the beginning of the file's text which separator gives the most rows as many fields
 * as the header, or one more where they begin with their number; separators between quotes do not
 * count.
 */
export function guessDelimiter(head: string, fileName: string): DelimitedFormat {
  const lineEnding = guessLineEnding(head);
  const named = NAMED_DELIMITER.exec(head)?.[1];
  if (named !== undefined) return { delimiter: named, lineEnding, quoting: true, isNamed: true };
  const text = new LineEnds(lineEnding, "[,\t;|:^~\u0001]").unify(head);
  // The last line may be cut.
  const whole = text.includes("\n") ? text.slice(0, text.lastIndexOf("\n")) : text;
  const hinted = /\.(tsv|tab)$/i.test(fileName) ? "\t" : ",";
  let best = { delimiter: hinted, agreement: 0 };
  for (const delimiter of [hinted, ...DELIMITERS.map(([one]) => one).filter((other) => other !== hinted)]) {
    const { data } = Papa.parse<string[]>(whole, {
      delimiter,
      newline: "\n",
      preview: GUESS_ROWS,
      skipEmptyLines: true,
    });
    const fields = data[0]?.length ?? 0;
    if (fields < 2) continue;
    const fitting = numbersRows(data[0]!, data[1]) ? fields + 1 : fields;
    const agreement = data.filter((row, place) => place === 0 || row.length === fitting).length / data.length;
    if (agreement > best.agreement) best = { delimiter, agreement };
  }
  return { delimiter: best.delimiter, lineEnding, quoting: true };
}

/**
 * Whether a first row has the number of the row before its fields, for which the header has no
 * name: R's `write.table` writes tables so.
 */
const numbersRows = (header: readonly string[], first: readonly string[] | undefined) =>
  first !== undefined && first.length === header.length + 1 && /^\d+$/.test(first[0]!.trim());

function guessLineEnding(head: string): LineEnding {
  const outsideQuotes = head.replace(/"[^"]*"/g, "");
  const feeds = outsideQuotes.split("\n").length - 1;
  const loneReturns = outsideQuotes.match(/\r(?!\r*\n)/g)?.length ?? 0;
  return loneReturns > feeds ? "\r" : "\n";
}

/** Makes every line end a line feed; those within quotes stay as they are. */
class LineEnds {
  readonly #lineEnding: LineEnding;
  /** A field in quotes, closed or not, or a line end. */
  readonly #quotedOrEnd: RegExp;

  /** @param delimiter an expression for what may come before a field */
  constructor(lineEnding: LineEnding, delimiter: string) {
    this.#lineEnding = lineEnding;
    const end = lineEnding === "\r" ? "\\r" : "\\r+\\n";
    this.#quotedOrEnd = new RegExp(`(?<=^|[\\r\\n]|${delimiter})"[^"]*(?:""[^"]*)*(?:"|$)|${end}`, "g");
  }

  unify(text: string): string {
    if (!text.includes("\r")) return text;
    if (!text.includes('"')) return text.replace(this.#lineEnding === "\r" ? /\r/g : /\r+\n/g, "\n");
    return text.replace(this.#quotedOrEnd, (found) => (found.startsWith('"') ? found : "\n"));
  }
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/**
 * A file whose quotes are not in pairs is read again in the way that other programs may have
 * meant, which is said: a quote behind a backslash (Spark, MySQL), or, between tabs, without any
 * quoting.
 * @throws DataError naming the row: a quote that is not closed, a row that is too long or has not
 * as many fields as the first.
 */
export async function readDelimited(
  text: TextFile,
  format: DelimitedFormat,
  onProgress?: ReadProgress,
): Promise<Records> {
  try {
    return await readRecords(text, format, onProgress);
  } catch (error) {
    if (!(error instanceof QuoteError)) throw error;
    const { row, isBackslashed } = error;
    const other = isBackslashed ? { isBackslashed } : format.delimiter === "\t" ? { quoting: false } : null;
    if (!other) throw error;
    const records = await readRecords(text, { ...format, ...other }, onProgress).catch(() => {
      throw error;
    });
    const how = isBackslashed
      ? `double quotes stand behind backslashes (first in row ${row}), and were read as quotes within a text.`
      : `double quotes are not used in pairs (first in row ${row}), so they were read as plain characters.`;
    return { ...records, notices: [...records.notices, `${text.file.name}: ${how}`] };
  }
}

async function readRecords(text: TextFile, format: DelimitedFormat, onProgress?: ReadProgress): Promise<Records> {
  const { name } = text.file;
  const rows: string[][] = [];
  const rowNumbers: number[] = [];
  const empty: EmptyRows = { count: 0, first: [] };
  let unnamed: { readonly first: readonly string[]; readonly row: number } | null = null;
  const isBlank = (record: readonly string[]) => record.every((cell) => cell.trim() === "");
  const reader = new DelimitedReader(name, format, {
    record(record, row) {
      if (isBlank(record)) {
        addEmpty(empty, row);
        return;
      }
      if (rows.length === 0) checkColumnCount(name, record.length, row);
      else if (rows.length === 1 && numbersRows(rows[0]!, record)) {
        unnamed = { first: record, row };
        rows[0] = ["", ...rows[0]!];
      } else {
        const columns = rows[0]!.length;
        // The first row was none with a number, but one with a field too many.
        if (unnamed && record.length === columns - 1) {
          checkFieldCount(name, unnamed.row, unnamed.first, columns - 1, format.delimiter);
        }
        checkFieldCount(name, row, record, columns, format.delimiter);
      }
      rows.push(record);
      rowNumbers.push(row);
      checkRowCount(name, rows.length);
    },
    blank: (row, count) => addEmpty(empty, row, count),
  });
  await readPieces(text, (piece) => reader.push(piece), onProgress);
  reader.finish();
  const notices = format.quoting ? swallowedRows(name, format.delimiter, rows, rowNumbers) : [];
  return { columns: null, rows, rowNumbers, empty, notices, separator: nameOf(format.delimiter) };
}

/** Lines within cells that are looked at. */
const LINES_LOOKED_AT = 2000;

/**
 * A quote that opens in one row and closes in a later one makes one row of both and of all between:
 * a line within such a cell is divided like a row, and has a value that its column has elsewhere,
 * too.
 */
function swallowedRows(
  file: string,
  delimiter: string,
  rows: readonly string[][],
  rowNumbers: readonly number[],
): string[] {
  const columns = rows[0]?.length ?? 0;
  const candidates: { readonly row: number; readonly column: number; readonly value: string }[] = [];
  let lines = 0;
  for (const [row, record] of rows.entries()) {
    if (lines > LINES_LOOKED_AT) break;
    for (const [place, cell] of record.entries()) {
      if (!cell.includes("\n")) continue;
      const within = cell.split(/\r?\n/, LINES_LOOKED_AT);
      lines += within.length;
      for (const [index, line] of within.entries()) {
        // The first line begins in this column, and the last one ends in it.
        const [from, upTo] = [index === 0 ? place : 0, index === within.length - 1 ? place : columns - 1];
        const values = line.split(delimiter);
        if (values.length < 2 || values.length !== upTo - from + 1) continue;
        for (const [offset, value] of values.entries()) {
          if (value.trim() !== "") candidates.push({ row, column: from + offset, value: value.trim() });
        }
      }
    }
  }
  if (candidates.length === 0) return [];
  const counts = new Map(candidates.map(({ column, value }) => [`${column} ${value}`, 0]));
  for (const record of rows) {
    for (const [column, cell] of record.entries()) {
      const key = `${column} ${cell.trim()}`;
      const count = counts.get(key);
      if (count !== undefined) counts.set(key, count + 1);
    }
  }
  const known = candidates.filter(({ column, value }) => counts.get(`${column} ${value}`)! > 1);
  const found = [...new Set(known.map(({ row }) => rowNumbers[row]!))];
  if (found.length === 0) return [];
  const one = found.length === 1;
  return [
    `${file}: a text in ${nameRows(found)} goes on over several lines that look like rows of their own. If they are, ` +
      `a double quote before ${one ? "it" : "them"} is not closed, or should be written twice.`,
  ];
}

interface Taker {
  record(cells: string[], row: number): void;
  /** `count` lines without a character, the first of which is `row`. */
  blank(row: number, count: number): void;
}

/**
 * Turns text that arrives in pieces into records. Row numbers count records, empty ones included,
 * from 1.
 */
class DelimitedReader {
  readonly #file: string;
  readonly #format: DelimitedFormat;
  readonly #take: Taker;
  readonly #parser: Papa.Parser;
  readonly #lineEnds: LineEnds;
  #rest = "";
  #heldReturns = "";
  #rows = 0;
  /** The beginning of the text while the line that names the separator is not known to be whole. */
  #beginning: string | null;

  constructor(file: string, format: DelimitedFormat, take: Taker) {
    this.#file = file;
    this.#format = format;
    this.#take = take;
    this.#beginning = format.isNamed ? "" : null;
    this.#lineEnds = new LineEnds(format.lineEnding, escaped(format.delimiter));
    this.#parser = new Papa.Parser({
      delimiter: format.delimiter,
      newline: "\n",
      ...(format.quoting ? {} : { fastMode: true }),
      ...(format.isBackslashed && { escapeChar: "\\" }),
    });
  }

  /**
   * Hands out the records that are complete after this piece.
   * @throws QuoteError when a quoted field does not end where a field can end; DataError for a row
   * that is too long.
   */
  push(piece: string): void {
    let text = this.#heldReturns + this.#withoutName(piece);
    this.#heldReturns = "";
    if (this.#format.lineEnding === "\n" && text.endsWith("\r")) {
      const end = text.length - (text.match(/\r+$/)?.[0].length ?? 0);
      this.#heldReturns = text.slice(end);
      text = text.slice(0, end);
    }
    const unified = this.#lineEnds.unify(this.#rest + text);
    const input = this.#withoutBlanks(unified);
    this.#rest = input.slice(this.#parse(input, true));
    if (this.#rest.length <= LONGEST_RECORD) return;
    const row = this.#rows + 1;
    const isOpen = this.#format.quoting && /(?:^|["\n]|[^\p{L}\p{N} ])"/u.test(this.#rest);
    throw isOpen ? this.#unclosed(row, this.#rest) : tooLong(this.#file, row, "row");
  }

  /** The last record, when the file does not end with a line end. */
  finish(): void {
    const last = this.#beginning === null ? "" : this.#lineEnds.unify(this.#afterName());
    const input = (this.#rest + last).replace(/\n$/, "");
    if (input !== "") this.#parse(input, false);
  }

  /** Without the first line where that says the separator, which is then row 1. */
  #withoutName(piece: string): string {
    if (this.#beginning === null) return piece;
    this.#beginning += piece;
    if (this.#beginning.length < LONGEST_NAME) return "";
    return this.#afterName();
  }

  #afterName(): string {
    const text = (this.#beginning ?? "").replace(NAMED_DELIMITER, "");
    this.#beginning = null;
    this.#rows = 1;
    return text;
  }

  /** Without the empty lines at its beginning, which need no parser. */
  #withoutBlanks(input: string): string {
    let count = 0;
    while (input.charCodeAt(count) === 10) count++;
    if (count === 0) return input;
    this.#take.blank(this.#rows + 1, count);
    this.#rows += count;
    return input.slice(count);
  }

  /** How much of the input was read. */
  #parse(input: string, moreMayFollow: boolean): number {
    const { data, errors, meta } = this.#parser.parse(input, 0, moreMayFollow) as Papa.ParseResult<string[]>;
    // An error in the record that is still incomplete may go away with the next piece.
    const error = errors.find(({ row }) => !moreMayFollow || (row ?? 0) < data.length);
    if (error) {
      const row = this.#rows + 1 + (error.row ?? 0);
      throw this.#unclosed(row, input.slice(error.index ?? 0));
    }
    for (const record of data) this.#take.record(record, ++this.#rows);
    return meta.cursor;
  }

  #unclosed(row: number, text: string): QuoteError {
    const details = {
      file: this.#file,
      row,
      what: `A double quote opens in row ${row} before ${quote(text.replace(/^"/, ""), 30)} and is not closed properly.`,
      fix: 'Close it, or write a quote inside a quoted field twice ("").',
    };
    return new QuoteError(details, !this.#format.isBackslashed && text.slice(0, LOOK_AHEAD).includes('\\"'));
  }
}

/** A quoted field that does not end where a field can end. */
class QuoteError extends DataError {
  /** Whether quotes behind backslashes are near. */
  readonly isBackslashed: boolean;

  constructor(details: DataErrorDetails, isBackslashed: boolean) {
    super(details);
    this.isBackslashed = isBackslashed;
  }
}

/**
 * @throws DataError when a record has not as many fields as the header.
 */
function checkFieldCount(
  file: string,
  row: number,
  record: readonly string[],
  expected: number,
  delimiter: string,
): void {
  if (record.length === expected) return;
  const name = nameOf(delimiter);
  const what = `The row has ${countOf(record.length, "field")} where the header has ${expected}: ${quote(record.slice(0, 20).join(delimiter))}.`;
  const end = foreignLineEnd(record.join(""));
  if (end !== null) {
    throw new DataError({ file, row, what: `${what} It holds ${end}, which ends no line here.`, fix: SAVE_WITH_FEEDS });
  }
  throw new DataError({
    file,
    row,
    what,
    fix:
      record.length > expected
        ? surplusFix(record, expected, name)
        : `Add the missing ${countOf(expected - record.length, "field")} (empty if unknown), separated by a ${name}.`,
  });
}

/** What to do where a row has more fields than the header. */
function surplusFix(record: readonly string[], expected: number, separator: string): string {
  if (record.slice(expected).every((cell) => cell.trim() === "")) {
    return `Take the ${separator} from the end of the rows, or give the header as many.`;
  }
  return (
    `Put double quotes around a text that contains a ${separator}.` +
    (expected === 1 ? " If a title stands above the names of the columns, delete its rows." : "")
  );
}

export const SAVE_WITH_FEEDS =
  "Save the file with one kind of line end: line feeds, or carriage returns and line feeds.";

/** A character that other programs end lines with, in words; null where there is none. */
export function foreignLineEnd(text: string): string | null {
  const found = /[\u2028\u2029\u0085\v\f]|\r(?!\n)/.exec(text)?.[0];
  if (found === undefined) return null;
  const code = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return `a line end of another kind (U+${code})`;
}
