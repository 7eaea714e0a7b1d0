/**
 * Values as cells of a table: of JSON, over columns that grow with the keys of the rows, and those
 * that Parquet and workbooks have beside.
 */

import { checkColumnCount } from "./records";

/** What a value of JSON, Parquet or a sheet is as a cell: nested ones stay JSON, null is empty. */
export function cellOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value, plainValue) : String(value);
}

/**
 * A moment without a zone: `2024-01-31`, or `2024-01-31 12:30:00` where it has a time of day.
 * @param nanoseconds within its second
 */
export function dateCell(moment: Date, nanoseconds = moment.getUTCMilliseconds() * 1_000_000): string {
  if (Number.isNaN(moment.getTime())) return "";
  const [day, time] = moment.toISOString().split("T") as [string, string];
  const digits =
    nanoseconds === 0
      ? ""
      : `.${String(nanoseconds)
          .padStart(9, "0")
          .replace(/(000)+$/, "")}`;
  const clock = `${time.slice(0, 8)}${digits}`;
  return clock === "00:00:00" ? day : `${day} ${clock}`;
}

/** Whole numbers of 64 bits are no numbers of JSON's. */
function plainValue(_: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/**
 * JSON as it is, and as Python writes it: NaN and Infinity are null. Whole numbers that a float64
 * cannot hold, as long ids are, become texts.
 * @throws SyntaxError of the platform's reader
 */
export function parseJson(given: string): unknown {
  const text = /\d{16}/.test(given) ? given.replace(STRING_OR_LONG, keepLong) : given;
  try {
    return JSON.parse(text);
  } catch (error) {
    const plain = text.replace(STRING_OR_NO_NUMBER, (found) => (found.startsWith('"') ? found : "null"));
    if (plain === text) throw error;
    return JSON.parse(plain);
  }
}

const STRING_OR_LONG = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\w.+-])-?\d{16,}(?![\w.])/gs;
const keepLong = (found: string) =>
  found.startsWith('"') || Number.isSafeInteger(Number(found)) ? found : JSON.stringify(found);
const STRING_OR_NO_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\bInfinity\b|-?\bNaN\b/gs;

/**
 * Objects to lists of cells. A list may be shorter than `columns`: a later object can have more
 * keys.
 */
export class JsonCells {
  readonly columns: string[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws DataError naming the row whose keys are too many columns */
  add(value: object, row: number): string[] {
    const record = new Array<string>(this.columns.length).fill("");
    for (const [key, entry] of Object.entries(value)) record[this.#indexOf(key, row)] = cellOf(entry);
    return record;
  }

  #indexOf(key: string, row: number): number {
    const name = key.trim();
    let index = this.#indexes.get(name);
    if (index === undefined) {
      index = this.columns.push(name) - 1;
      this.#indexes.set(name, index);
      checkColumnCount(this.#file, this.columns.length, row);
    }
    return index;
  }
}
