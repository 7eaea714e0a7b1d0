/**
 * Comma-, tab- and semicolon-separated text to records, in pieces, with papaparse's record parser.
 * Knows the format, not what a column means; the first record is handed out like any other.
 */

import Papa from "papaparse";
import { countOf, DataError, quote } from "../errors";

export type Delimiter = "," | "\t" | ";";
export type LineEnding = "\n" | "\r";

export interface DelimitedFormat {
  delimiter: Delimiter;
  /** `\r` only for files that end their lines with nothing else; `\r\n` counts as `\n`. */
  lineEnding: LineEnding;
  /** Without quoting a `"` is a character like any other. */
  quoting: boolean;
}

const DELIMITER_NAMES: Record<Delimiter, string> = { ",": "comma", "\t": "tab", ";": "semicolon" };

/**
 * A record longer than this is taken for an unclosed quote: no text column holds 4 million
 * characters.
 */
const LONGEST_RECORD = 4 * 1024 * 1024;
const GUESS_ROWS = 50;

/**
 * Guesses from the beginning of the file's text which separator gives the most rows as many fields
 * as the header.
 */
export function guessDelimiter(head: string, fileName: string): DelimitedFormat {
  const lineEnding = guessLineEnding(head);
  const text = normalizeLineEndings(head, lineEnding);
  // The last line may be cut.
  const whole = text.includes("\n") ? text.slice(0, text.lastIndexOf("\n")) : text;
  const hinted: Delimiter = /\.(tsv|tab)$/i.test(fileName) ? "\t" : ",";
  let best: { delimiter: Delimiter; agreement: number; fields: number } = {
    delimiter: hinted,
    agreement: 0,
    fields: 1,
  };
  for (const delimiter of [hinted, ...([",", "\t", ";"] as const).filter((other) => other !== hinted)]) {
    const { data } = Papa.parse<string[]>(whole, {
      delimiter,
      newline: "\n",
      preview: GUESS_ROWS,
      skipEmptyLines: true,
    });
    const fields = data[0]?.length ?? 0;
    if (fields < 2) continue;
    const agreement = data.filter((row) => row.length === fields).length / data.length;
    if (agreement > best.agreement) best = { delimiter, agreement, fields };
  }
  return { delimiter: best.delimiter, lineEnding, quoting: true };
}

function guessLineEnding(head: string): LineEnding {
  const outsideQuotes = head.replace(/"[^"]*"/g, "");
  const feeds = outsideQuotes.split("\n").length - 1;
  const loneReturns = outsideQuotes.match(/\r(?!\r*\n)/g)?.length ?? 0;
  return loneReturns > feeds ? "\r" : "\n";
}

function normalizeLineEndings(text: string, lineEnding: LineEnding): string {
  return lineEnding === "\r" ? text.replaceAll("\r", "\n") : text.includes("\r") ? text.replace(/\r+\n/g, "\n") : text;
}

/**
 * Turns text that arrives in pieces into records. Row numbers count records, empty ones included,
 * from 1.
 */
export class DelimitedReader {
  readonly #file: string;
  readonly #format: DelimitedFormat;
  readonly #parser: Papa.Parser;
  #rest = "";
  #heldReturns = "";
  #rows = 0;

  constructor(file: string, format: DelimitedFormat) {
    this.#file = file;
    this.#format = format;
    this.#parser = new Papa.Parser({
      delimiter: format.delimiter,
      newline: "\n",
      ...(format.quoting ? {} : { fastMode: true }),
    });
  }

  /**
   * The records that are complete after this piece.
   * @throws QuoteError when a quoted field does not end where a field can end.
   */
  push(piece: string): string[][] {
    let text = this.#heldReturns + piece;
    this.#heldReturns = "";
    if (this.#format.lineEnding === "\n" && text.endsWith("\r")) {
      const end = text.length - (text.match(/\r+$/)?.[0].length ?? 0);
      this.#heldReturns = text.slice(end);
      text = text.slice(0, end);
    }
    const input = this.#rest + normalizeLineEndings(text, this.#format.lineEnding);
    const { records, cursor } = this.#parse(input, true);
    this.#rest = input.slice(cursor);
    if (this.#rest.length > LONGEST_RECORD) throw this.#unclosed(this.#rows + 1, this.#rest);
    return records;
  }

  /** The last record, when the file does not end with a line end. */
  finish(): string[][] {
    const input = this.#rest.replace(/\n$/, "");
    return input === "" ? [] : this.#parse(input, false).records;
  }

  #parse(input: string, moreMayFollow: boolean): { records: string[][]; cursor: number } {
    const { data, errors, meta } = this.#parser.parse(input, 0, moreMayFollow) as Papa.ParseResult<string[]>;
    // An error in the record that is still incomplete may go away with the next piece.
    const error = errors.find(({ row }) => !moreMayFollow || (row ?? 0) < data.length);
    if (error) {
      const row = this.#rows + 1 + (error.row ?? 0);
      throw this.#unclosed(row, input.slice(error.index ?? 0));
    }
    this.#rows += data.length;
    return { records: data, cursor: meta.cursor };
  }

  #unclosed(row: number, text: string): QuoteError {
    return new QuoteError({
      file: this.#file,
      row,
      what: `A double quote opens in row ${row} before ${quote(text.replace(/^"/, ""), 30)} and is not closed properly.`,
      fix: 'Close it, or write a quote inside a quoted field twice ("").',
    });
  }
}

/** A quoted field that does not end where a field can end. */
export class QuoteError extends DataError {}

/**
 * @throws DataError when a record has not as many fields as the header.
 */
export function checkFieldCount(
  file: string,
  row: number,
  record: readonly string[],
  expected: number,
  delimiter: Delimiter,
): void {
  if (record.length === expected) return;
  const name = DELIMITER_NAMES[delimiter];
  throw new DataError({
    file,
    row,
    what: `The row has ${countOf(record.length, "field")} where the header has ${expected}: ${quote(record.join(delimiter))}.`,
    fix:
      record.length > expected
        ? `Put double quotes around a text that contains a ${name}.`
        : `Add the missing ${countOf(expected - record.length, "field")} (empty if unknown), separated by a ${name}.`,
  });
}
