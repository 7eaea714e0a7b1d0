/**
 * Rows of a file that are to be predicted, not learned: their texts without labels, and which run
 * answers each. Not for what is said of them.
 */

import { guessTexts, measureColumns } from "./columns";
import { DataError, formatCount, listNames, quote } from "./errors";
import type { Example } from "./examples";
import { readWords } from "./formats/lists";
import { formats } from "./formats/registry";
import type { Table } from "./table";
import type { ColumnRole, ColumnRoles, RoleField, TaskId } from "./types";

/** What of a task's columns a model reads. */
export const INPUTS: readonly ColumnRole[] = ["text", "textPair", "tokens"];

/** More different values than this are no names of runs. */
export const MOST_VALUES = 50;

/** Every row by one run, or each by the run that `runs` has for its value of `column`. */
export type AdapterChoice =
  | { readonly run: string }
  | { readonly column: string; readonly runs: Readonly<Record<string, string>> };

/** The columns that a file to be predicted needs; none where a task answers by writing. */
export function inputRoles(task: TaskId): RoleField[] {
  return formats[task].roles.filter(({ role }) => INPUTS.includes(role));
}

/**
 * Columns for these roles: those that were trained on where the file has them, else the likeliest.
 */
export function inputColumns(table: Table, task: TaskId, trained: ColumnRoles): ColumnRoles {
  const { text, textPair } = guessTexts(measureColumns(table));
  const chosen = inputRoles(task).map(({ role }) => {
    const own = trained[role];
    if (typeof own === "string" && table.columns.includes(own)) return [role, own];
    // A second text is only read where one was trained on.
    if (role === "textPair") return [role, own ? textPair : null];
    return [role, text];
  });
  return Object.fromEntries(chosen);
}

/** The values of every column that may say which run answers, and in how many rows. */
export function columnValues(table: Table): { column: string; values: { value: string; rows: number }[] }[] {
  return table.columns.flatMap((column, place) => {
    const counts = new Map<string, number>();
    for (const record of table.rows) {
      const value = record[place]!.trim();
      counts.set(value, (counts.get(value) ?? 0) + 1);
      if (counts.size > MOST_VALUES) return [];
    }
    return [{ column, values: [...counts].map(([value, rows]) => ({ value, rows })) }];
  });
}

/**
 * The rows as examples without labels; null where there is no text. Throws a DataError for a column
 * that the file has not.
 */
export function readInputs(table: Table, columns: ColumnRoles): (Example | null)[] {
  const { text, textPair, tokens } = columns;
  const [first, second] = [placeOf(table, tokens ?? text ?? ""), textPair ? placeOf(table, textPair) : null];
  return table.rows.map((record, index) => {
    const cell = record[first]!;
    const pair = second === null ? null : record[second]!;
    if (cell.trim() === "" || pair?.trim() === "") return null;
    const words = tokens === undefined ? [] : readWords(cell);
    const own = { textPair: pair, label: 0, words, tags: words.map(() => 0), row: table.rowNumbers[index]! };
    return { ...own, text: tokens === undefined ? cell : words.join(" ") };
  });
}

/**
 * Places of rows by the run that answers them.
 * @throws DataError naming row and value where no run is chosen for a value.
 */
export function rowsByRun(table: Table, choice: AdapterChoice): Map<string, number[]> {
  if ("run" in choice) return new Map([[choice.run, [...table.rows.keys()]]]);
  const { column, runs } = choice;
  const place = placeOf(table, column);
  const parts = new Map<string, number[]>();
  for (const [index, record] of table.rows.entries()) {
    const value = record[place]!.trim();
    const run = Object.hasOwn(runs, value) ? runs[value]! : null;
    if (run === null) {
      const known = Object.keys(runs).map((name) => quote(name));
      throw new DataError({
        file: table.file,
        row: table.rowNumbers[index]!,
        column,
        what: `No run is chosen for ${value === "" ? "an empty cell" : quote(value)} (runs are chosen for ${known.join(", ") || "nothing"}).`,
        fix: "Choose a run for it, or correct the cell.",
      });
    }
    const part = parts.get(run) ?? [];
    part.push(index);
    parts.set(run, part);
  }
  return parts;
}

function placeOf(table: Table, column: string): number {
  const place = table.columns.indexOf(column);
  if (place >= 0) return place;
  throw new DataError({
    file: table.file,
    column,
    what: `The file has no column of this name (it has: ${listNames(table.columns)}; ${formatCount(table.rows.length)} rows).`,
    fix: "Choose one of the file's columns.",
  });
}
