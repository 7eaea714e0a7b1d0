/**
 * How a tool lays its rows out, where that is not one column a role: a layout knows such a table
 * and gives it the columns that the formats read. What layouts share is here too.
 */

import { countOf } from "../errors";
import { nameRows, type Source } from "../shards";
import type { Table } from "../table";

/** Row by row and pure; the table as it is where it is no such one. */
export type Layout = (table: Table) => Table;

/** A column of cells, one for every row. */
export interface NewColumn {
  readonly name: string;
  readonly cells: readonly string[];
}

/**
 * The table with more columns; those of the same name are replaced, in their place.
 */
export function withColumns(table: Table, added: readonly NewColumn[], notices: readonly string[] = []): Table {
  const columns = [...table.columns, ...added.map(({ name }) => name).filter((name) => !table.columns.includes(name))];
  const places = added.map(({ name }) => columns.indexOf(name));
  const rows = table.rows.map((record, row) => {
    const cells = [...record, ...Array<string>(columns.length - record.length).fill("")];
    for (const [index, place] of places.entries()) cells[place] = added[index]!.cells[row]!;
    return cells;
  });
  return { ...table, columns, rows, notices: [...table.notices, ...notices] };
}

/** The rows at these places alone. */
export function withRows(table: Table, places: readonly number[], notices: readonly string[] = []): Table {
  return {
    ...table,
    rows: places.map((place) => table.rows[place]!),
    rowNumbers: places.map((place) => table.rowNumbers[place]!),
    notices: [...table.notices, ...notices],
  };
}

/** A name that no column has: itself, or with a number. */
export function freeName({ columns }: Pick<Table, "columns">, name: string): string {
  for (let number = 1; ; number++) {
    const tried = number === 1 ? name : `${name} ${number}`;
    if (!columns.includes(tried)) return tried;
  }
}

/** `3 rows (rows 2, 5 and 9)`. */
export const countRows = (rows: readonly number[], source: Source) =>
  `${countOf(rows.length, "row")} (${nameRows(rows, source)})`;

/** A value as a cell, as JSON Lines are read: nested ones stay JSON. */
export function asCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * What was chosen in every row as cells: names where no row has several, else lists. Null: nothing
 * was answered.
 */
export function choiceCells(chosen: readonly (readonly string[] | null)[]): string[] {
  const several = chosen.some((names) => names !== null && names.length !== 1);
  return chosen.map((names) => (names === null ? "" : several ? JSON.stringify(names) : names[0]!));
}
