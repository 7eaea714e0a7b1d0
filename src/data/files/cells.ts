/**
 * Values as cells of a table: of JSON, over columns that grow with the keys of the rows, and those
 * that Parquet and workbooks have beside.
 */

import { countOf, DataError, quote } from "../errors";
import { readStructure } from "../literals";
import { nameRows } from "../shards";
import { keysTwice } from "./json-keys";
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

interface Found {
  count: number;
  readonly first: number[];
}

/**
 * How rows were written that are no JSON, or that have a key more than once, and the first of each:
 * for a notice.
 */
export class LooseRows {
  readonly #found = new Map<string, Found>();
  readonly #twice = new Map<string, Found>();

  /**
   * As `parseJson`; of what is none, also with a comma behind it, or as Python writes objects.
   * @throws SyntaxError of the platform's reader
   */
  parse(content: string, row: number): unknown {
    try {
      return this.#checked(content, row, parseJson(content));
    } catch (error) {
      const without = content.replace(/,\s*$/, "");
      const value = without === content ? undefined : tried(without);
      if (value !== undefined) return this.#add("a comma behind the row", row, this.#checked(without, row, value));
      const twice = new Set<string>();
      const structure = readStructure(without, twice);
      if (structure !== undefined && !Array.isArray(structure)) {
        for (const key of twice) addTo(this.#twice, key, row);
        return this.#add(`${/'\s*:/.test(content) ? "Python's spelling" : "commas too many"}`, row, structure);
      }
      throw error;
    }
  }

  #checked<Value>(content: string, row: number, value: Value): Value {
    for (const key of keysTwice(content, value)) addTo(this.#twice, key, row);
    return value;
  }

  notices(file: string): string[] {
    const rows = ({ count, first }: Found) => `${countOf(count, "row")} (${nameRows(first, null, { count })})`;
    const loose = [...this.#found].map(
      ([what, found]) => `${file}: no JSON, and read all the same: ${what} in ${rows(found)}.`,
    );
    const twice = [...this.#twice].slice(0, MOST_KEYS).map(([key, found]) => `${quote(key, 60)} in ${rows(found)}`);
    if (twice.length === 0) return loose;
    const more = this.#twice.size > MOST_KEYS ? ` and ${countOf(this.#twice.size - MOST_KEYS, "more key")}` : "";
    return [...loose, `${file}: a key stands more than once, and its last value is read: ${twice.join(", ")}${more}.`];
  }

  #add<Value>(what: string, row: number, value: Value): Value {
    addTo(this.#found, what, row);
    return value;
  }
}

/** Keys that stand more than once, which are named. */
const MOST_KEYS = 3;

function addTo(all: Map<string, Found>, what: string, row: number): void {
  const found = all.get(what) ?? { count: 0, first: [] };
  found.count++;
  if (found.first.length < 3) found.first.push(row);
  all.set(what, found);
}

/**
 * Rows that are lists of cells, as pandas' `orient="values"` writes them. Where all of the first
 * are texts, they may be the names of the columns.
 */
export class ListRows {
  readonly rows: string[][] = [];
  #areNames = false;
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws DataError naming a row of another length than the first, with both numbers */
  add(value: readonly unknown[], row: number): void {
    const [first] = this.rows;
    const width = first?.length ?? value.length;
    if (isDeeper(value, DEEPEST)) throw tooDeep({ file: this.#file, row });
    if (value.length !== width) {
      throw new DataError({
        ...{ file: this.#file, row },
        what: `The row is a list of ${countOf(value.length, "entry", "entries")}, and the first has ${width}.`,
        fix: 'Give every row as many, or write objects: {"text": "…", "label": "…"}.',
      });
    }
    checkColumnCount(this.#file, width, row);
    if (!first) {
      const names = value.filter((entry) => typeof entry === "string" && entry.trim() !== "");
      this.#areNames = new Set(names).size === width;
    }
    this.rows.push(value.map(cellOf));
  }

  /** Null where the first row may be their names. */
  get columns(): string[] | null {
    return this.#areNames ? null : (this.rows[0] ?? []).map((_, place) => `column ${place + 1}`);
  }
}

/** A list of at least two cells, which are no objects: a row without names. */
export const isListRow = (value: unknown): value is unknown[] =>
  Array.isArray(value) && value.length > 1 && !value.some((entry) => isNested(entry) && !Array.isArray(entry));

/** A list of objects, as a conversation is: at least one, and nothing else. */
export const areObjects = (value: unknown): value is object[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((entry) => typeof entry === "object" && entry !== null && !Array.isArray(entry));

function tried(content: string): unknown {
  try {
    return parseJson(content);
  } catch {
    return undefined;
  }
}

/** As deep as files of models may be. What is much deeper overflows the stack of what reads it. */
const DEEPEST = 128;

/** Whether lists and objects lie in one another more than so many times. */
function isDeeper(value: unknown, most: number): boolean {
  let level = [value].filter(isNested);
  for (let depth = 0; depth < most && level.length > 0; depth++) {
    level = level.flatMap((one) => Object.values(one).filter(isNested));
  }
  return level.length > 0;
}

const tooDeep = (where: { readonly file: string; readonly row: number; readonly column?: string }) =>
  new DataError({
    ...where,
    what: `The value is nested deeper than ${DEEPEST} lists and objects.`,
    fix: "Write what matters into columns of its own, or leave the row out.",
  });

const isNested = (value: unknown): value is object => typeof value === "object" && value !== null;

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

  /** @throws DataError naming the row that is nested too deep, or has too many keys */
  add(value: object, row: number): string[] {
    const record = new Array<string>(this.columns.length).fill("");
    for (const [key, entry] of Object.entries(value)) {
      if (isDeeper(entry, DEEPEST)) {
        throw tooDeep({ file: this.#file, row, column: key });
      }
      record[this.#indexOf(key, row)] = cellOf(entry);
    }
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
