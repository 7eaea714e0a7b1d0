/**
 * JSON Lines (one object a line) to records over a growing list of columns. Values become text;
 * nested ones stay JSON.
 */

import { messageOf } from "../../errors/message-of";
import { DataError, formatCount, quote } from "../errors";

const LONGEST_LINE = 4 * 1024 * 1024;

export class JsonLinesReader {
  readonly columns: string[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #file: string;
  #rest = "";
  #line = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * The records of the lines that are complete after this piece; null for an empty line. A record
   * may be shorter than `columns`: a later line can bring a new key.
   * @throws DataError for a line that is not a JSON object.
   */
  push(piece: string): (string[] | null)[] {
    const lines = (this.#rest + piece).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > LONGEST_LINE) {
      throw new DataError({
        file: this.#file,
        row: this.#line + 1,
        what: `The line is longer than ${formatCount(LONGEST_LINE)} characters.`,
        fix: "Write one JSON object per line.",
      });
    }
    return lines.map((line) => this.#read(line));
  }

  /** The last line, when the file does not end with a line end. */
  finish(): (string[] | null)[] {
    return this.#rest === "" ? [] : [this.#read(this.#rest)];
  }

  #read(line: string): string[] | null {
    this.#line++;
    if (line.trim() === "") return null;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      const why = messageOf(cause);
      throw new DataError({
        file: this.#file,
        row: this.#line,
        what: `The line is not valid JSON (${why}): ${quote(line)}.`,
        fix: 'Write one complete object per line, for example {"text": "…", "label": "…"}.',
      });
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new DataError({
        file: this.#file,
        row: this.#line,
        what: `The line is ${Array.isArray(value) ? "a list" : "a single value"}, not an object: ${quote(line)}.`,
        fix: 'Write one object per line, for example {"text": "…", "label": "…"}.',
      });
    }
    const record: string[] = this.columns.map(() => "");
    for (const [key, entry] of Object.entries(value)) record[this.#indexOf(key)] = asText(entry);
    return record;
  }

  #indexOf(key: string): number {
    const name = key.trim();
    let index = this.#indexes.get(name);
    if (index === undefined) {
      index = this.columns.push(name) - 1;
      this.#indexes.set(name, index);
    }
    return index;
  }
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}
