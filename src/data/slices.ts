/**
 * Rows in slices by what a column says of them: one for each value, or bands of numbers. Only the
 * column is looked at; what is measured on a slice is `verdict/slices.ts`.
 */

import { DataError, listNames } from "./errors";
import { isMissingWord, numberIn } from "./numbers";
import { namedColumns } from "./placeholders";
import type { Table } from "./table";
import type { ColumnRoles } from "./types";

/** Values that have a slice each; the rarer ones share one. */
const MOST_VALUES = 12;
/** A number with more values than this is cut into bands of about as many rows. */
const BANDS = 4;
export interface RowSlice {
  name: string;
  /** Places in the values that were given. */
  rows: number[];
}

/** The columns that are read or answered, which rows are not sliced by. */
export function usedColumns(roles: ColumnRoles): Set<string> {
  // A prompt or response may be a column's name alone, without braces.
  return new Set([...namedColumns(roles), roles.prompt, roles.response].filter((column) => column != null));
}

/**
 * The columns that rows can be sliced by: neither read nor answered, and with at least two values,
 * most of which are those of several rows or numbers.
 */
export function sliceColumns(table: Table, roles: ColumnRoles): string[] {
  const { decimalComma } = table;
  const used = usedColumns(roles);
  return table.columns.filter((column, place) => {
    if (used.has(column)) return false;
    const values = table.rows.map((record) => record[place]!.trim());
    const different = new Set(values).size;
    return different > 1 && (different <= values.length / 2 || areNumbers(values, decimalComma));
  });
}

/**
 * The column's values of rows of its file, trimmed.
 * @param rows as `Table.rowNumbers` counts them
 * @throws DataError naming the file and its columns where it has no such column
 */
export function valuesOf(table: Table, column: string, rows: readonly number[]): string[] {
  const place = table.columns.indexOf(column);
  if (place < 0) {
    throw new DataError({
      file: table.file,
      column,
      what: `The file has no column of this name to slice by (it has: ${listNames(table.columns)}).`,
      fix: "Choose one of the file's columns.",
    });
  }
  const records = new Map(table.rowNumbers.map((row, index) => [row, table.rows[index]!]));
  return rows.map((row) => records.get(row)![place]!.trim());
}

/**
 * Every row in one slice: the largest slices first, bands of numbers from the lowest up. Beside
 * bands, words such as "nan" are one slice. Rows without a value are a slice of their own, the
 * last.
 */
export function sliceRows(values: readonly string[], decimalComma = false): RowSlice[] {
  const rowsOf = new Map<string, number[]>();
  for (const [row, value] of values.entries()) {
    const rows = rowsOf.get(value);
    if (rows) rows.push(row);
    else rowsOf.set(value, [row]);
  }
  const empty = rowsOf.get("");
  rowsOf.delete("");
  const numbers = new Map([...rowsOf].filter(([value]) => !isMissingWord(value)));
  const banded = numbers.size > MOST_VALUES && areNumbers(values, decimalComma);
  const slices = banded ? [...bands(numbers, decimalComma), ...withoutNumber(rowsOf)] : largestFirst(rowsOf);
  return [...slices, ...(empty ? [{ name: "(empty)", rows: empty }] : [])];
}

function largestFirst(rowsOf: ReadonlyMap<string, number[]>): RowSlice[] {
  const ordered = [...rowsOf].map(([name, rows]) => ({ name, rows })).sort((a, b) => b.rows.length - a.rows.length);
  if (ordered.length <= MOST_VALUES) return ordered;
  const others = ordered.slice(MOST_VALUES - 1);
  const name = `${others.length} other values`;
  return [...ordered.slice(0, MOST_VALUES - 1), { name, rows: others.flatMap(({ rows }) => rows) }];
}

function withoutNumber(rowsOf: ReadonlyMap<string, number[]>): RowSlice[] {
  const rows = [...rowsOf].flatMap(([value, own]) => (isMissingWord(value) ? own : []));
  return rows.length > 0 ? [{ name: "no number", rows }] : [];
}

/** Equal numbers stay together, so bands may differ in size. */
function bands(rowsOf: ReadonlyMap<string, number[]>, decimalComma: boolean): RowSlice[] {
  const count = [...rowsOf.values()].reduce((sum, rows) => sum + rows.length, 0);
  const ordered = [...rowsOf]
    .map(([text, rows]) => ({ text, rows, number: numberIn(text, decimalComma) }))
    .sort((a, b) => a.number - b.number);
  const found: { first: string; last: string; rows: number[] }[] = [];
  let before = 0;
  for (const { text, rows } of ordered) {
    const band = Math.min(BANDS - 1, Math.floor((before * BANDS) / count));
    before += rows.length;
    const known = found[band];
    if (known) {
      known.last = text;
      known.rows.push(...rows);
    } else found[band] = { first: text, last: text, rows: [...rows] };
  }
  // A number of very many rows may leave the bands after it empty.
  return found.flatMap(({ first, last, rows }) => ({ name: first === last ? first : `${first} to ${last}`, rows }));
}

/** At least one number, and nothing else but cells without one. */
function areNumbers(values: readonly string[], decimalComma = false): boolean {
  const present = values.filter((value) => value !== "" && !isMissingWord(value));
  return present.length > 0 && present.every((value) => Number.isFinite(numberIn(value, decimalComma)));
}
