/**
 * A table's rows as examples: the cells of the chosen columns, with every check that all tasks
 * share. Knows nothing of tokens.
 */

import { refuseStructures, type Structure } from "./cell-kinds";
import type { ChatMessage } from "./chat";
import { countOf, DataError, formatCount, listNames } from "./errors";
import { nameRows } from "./shards";
import type { Table } from "./table";

export interface Example {
  /** What is read: a text, the words of a tagged row joined by spaces, or a prompt. */
  text: string;
  textPair: string | null;
  /** Class id: the label's place in alphabetical order; 0 where the task has no such thing. */
  label: number;
  /** In the file's units: 0 or 1 for every label, or a number. */
  values?: Float32Array | Float64Array;
  /** A row that is split into words, and the class id of each word's tag. */
  words?: readonly string[];
  tags?: readonly number[];
  /** What a language model is to write. */
  response?: string;
  /**
   * A conversation, ending with an answer; text and response are then its last exchange for a
   * person to read.
   */
  messages?: readonly ChatMessage[];
  /** Rows of one group are never in two parts. */
  group?: string;
  /** Where it stands in its file; see `Table.rowNumbers`. */
  row: number;
}

/** What is read of a row, for a person: of a pair both texts. */
export function shownText({ text, textPair }: Pick<Example, "text" | "textPair">): string {
  return textPair === null ? text : `${text} | ${textPair}`;
}

/** A column in a role. */
export interface ChosenColumn {
  /** For messages: `text`, `second text`. */
  readonly role: string;
  /**
   * Undefined where none was chosen although one is needed; null where it may be left out and is.
   */
  readonly column: string | null | undefined;
  /** An empty cell means something: the row is not left out. */
  readonly mayBeEmpty?: boolean;
  /** Which cells have nothing in them; default: those of white space. */
  readonly isEmpty?: (cell: string) => boolean;
  /** What the cells may hold beside texts, numbers and names; default: nothing. */
  readonly structures?: readonly Structure[];
}

export interface Cells {
  /** In the order of the chosen columns; null for a column left out. */
  values: (string | null)[];
  row: number;
}

/**
 * The cells of the chosen columns, row by row. Rows with an empty cell are left out with a notice.
 * @throws DataError naming file, row and column for: a role without a column, a column that does
 * not exist, two roles on one column, a column that is empty in most rows, one whose cells are
 * lists or objects that the role cannot be.
 */
export function readCells(table: Table, chosen: readonly ChosenColumn[]): { cells: Cells[]; notices: string[] } {
  // First what the cells are: that says more than which column is missing beside it.
  for (const { role, column, structures } of chosen) {
    if (column && table.columns.includes(column)) refuseStructures(table, column, role, structures);
  }
  checkColumns(table, chosen);
  const places = chosen.map(({ column }) => (column ? table.columns.indexOf(column) : -1));
  const skipped = new Map<number, number[]>();
  const cells: Cells[] = [];
  table.rows.forEach((record, index) => {
    const row = table.rowNumbers[index]!;
    const values = places.map((place) => (place < 0 ? null : record[place]!));
    const empty = values.findIndex((value, role) => {
      const { mayBeEmpty = false, isEmpty = isBlank } = chosen[role]!;
      return value !== null && !mayBeEmpty && isEmpty(value);
    });
    if (empty < 0) cells.push({ values, row });
    else if (skipped.has(empty)) skipped.get(empty)!.push(row);
    else skipped.set(empty, [row]);
  });
  const notices: string[] = [];
  for (const [role, { column }] of chosen.entries()) {
    const rows = skipped.get(role);
    if (!rows) continue;
    if (rows.length > table.rows.length / 2) {
      throw new DataError({
        file: table.file,
        row: rows[0],
        column: column!,
        what: `The column is empty in ${formatCount(rows.length)} of ${countOf(table.rows.length, "row")}${blanksIn(table, column!)}.`,
        fix: "Choose another column, or fill in the cells.",
      });
    }
    notices.push(
      `${table.file}, column "${column}": skipped ${countOf(rows.length, "empty cell")} (${nameRows(rows, table)})${blanksIn(table, column!)}.`,
    );
  }
  if (cells.length === 0) {
    const used = chosen.flatMap(({ column }) => (column ? [`"${column}"`] : []));
    throw new DataError({
      file: table.file,
      what: `No row has a value in all of ${used.join(", ")}.`,
      fix: "Choose other columns, or fill in the cells.",
    });
  }
  return { cells, notices };
}

/** What is read as empty and is not. */
const blanksIn = ({ blanks }: Table, column: string) => (blanks?.has(column) ? `: ${blanks.get(column)}` : "");

const isBlank = (cell: string) => cell.trim() === "";

function checkColumns(table: Table, chosen: readonly ChosenColumn[]): void {
  const taken = new Map<string, string>();
  for (const { role, column } of chosen) {
    if (column === null) continue;
    if (column === undefined) {
      const [only] = table.columns;
      if (table.columns.length === 1) {
        throw new DataError({
          file: table.file,
          what: `The file has one column ("${only}"), and none is left to be the ${role}.`,
          fix: "Separate the columns by commas, tabs or semicolons, and name them in the first row.",
        });
      }
      throw new DataError({
        file: table.file,
        what: `No column is chosen as the ${role} (the file has: ${listNames(table.columns)}).`,
        fix: "Choose one.",
      });
    }
    if (!table.columns.includes(column)) {
      throw new DataError({
        file: table.file,
        column,
        what: `The file has no column of this name, which is to be the ${role} (it has: ${listNames(table.columns)}).`,
        fix: "Choose one of the file's columns, or rename the column in the file.",
      });
    }
    const other = taken.get(column);
    if (other) {
      throw new DataError({
        file: table.file,
        column,
        what: `The column is chosen both as the ${other} and as the ${role}.`,
        fix: "Choose two different columns.",
      });
    }
    taken.set(column, role);
  }
}

/** Names in alphabetical order (by code unit): class ids are places in it. */
export function sortedNames(names: Iterable<string>): string[] {
  return [...new Set(names)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
