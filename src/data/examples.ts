/** A table and its column roles to labelled examples, with every check that a training needs. Knows nothing of tokens. */

import { countOf, DataError, formatCount, nameRows, quote } from "./errors";
import type { Table } from "./table";
import type { ColumnRoles } from "./types";

export interface Example {
  text: string;
  textPair: string | null;
  /** Class id: the label's place in alphabetical order. */
  label: number;
  /** Where it stands in its file; see `Table.rowNumbers`. */
  row: number;
}

export interface LabelledExamples {
  examples: Example[];
  /** By class id. */
  labels: string[];
  notices: string[];
}

const MOST_LABELS = 1000;

/**
 * Reads the examples of a training file. Labels are trimmed and numbered alphabetically (by code unit); rows whose text
 * or label is empty are left out with a notice.
 * @throws DataError naming file, row and column for: a role whose column does not exist, two roles on one column, mostly
 * empty cells, a single label, a label with one row, a column that has too many values to be a label.
 */
export function readExamples(table: Table, roles: ColumnRoles): LabelledExamples {
  const { cells, notices } = readCells(table, roles);
  const rowsOfLabel = new Map<string, number[]>();
  for (const { label, row } of cells) {
    const rows = rowsOfLabel.get(label);
    if (rows) rows.push(row);
    else rowsOfLabel.set(label, [row]);
  }
  const labels = [...rowsOfLabel.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  checkLabels(table, roles, labels, rowsOfLabel, cells.length);
  return { examples: numberLabels(cells, labels), labels, notices };
}

/**
 * Reads the examples of a validation file with the class ids of its training file.
 * @throws DataError as `readExamples` does for columns and empty cells, and for a label that the training file lacks.
 */
export function readValidationExamples(
  table: Table,
  roles: ColumnRoles,
  labels: readonly string[],
  trainingFile: string,
): LabelledExamples {
  const { cells, notices } = readCells(table, roles);
  const known = new Set(labels);
  const unknown = cells.find(({ label }) => !known.has(label));
  if (unknown) {
    const named = labels.slice(0, 8).join(", ") + (labels.length > 8 ? `, and ${labels.length - 8} more` : "");
    throw new DataError({
      file: table.file,
      row: unknown.row,
      column: roles.label,
      what: `The label ${quote(unknown.label)} does not occur in ${trainingFile} (its labels: ${named}).`,
      fix: "Correct the label, remove the row, or add rows of this label to the training file.",
    });
  }
  const present = new Set(cells.map(({ label }) => label));
  const missing = labels.filter((label) => !present.has(label));
  if (missing.length > 0) {
    notices.push(
      `${table.file}: no row has the label ${missing
        .slice(0, 5)
        .map((label) => quote(label))
        .join(", ")}.`,
    );
  }
  return { examples: numberLabels(cells, labels), labels: [...labels], notices };
}

interface Cells {
  text: string;
  textPair: string | null;
  label: string;
  row: number;
}

function numberLabels(cells: readonly Cells[], labels: readonly string[]): Example[] {
  const ids = new Map(labels.map((label, id) => [label, id]));
  return cells.map(({ text, textPair, label, row }) => ({ text, textPair, label: ids.get(label)!, row }));
}

function readCells(table: Table, roles: ColumnRoles): { cells: Cells[]; notices: string[] } {
  checkRoles(table, roles);
  const text = table.columns.indexOf(roles.text);
  const pair = roles.textPair === null ? -1 : table.columns.indexOf(roles.textPair);
  const label = table.columns.indexOf(roles.label);
  const cells: Cells[] = [];
  const used = [roles.text, ...(roles.textPair === null ? [] : [roles.textPair]), roles.label];
  const skipped = new Map<string, number[]>(used.map((column) => [column, []]));
  table.rows.forEach((values, index) => {
    const row = table.rowNumbers[index]!;
    const cell: Cells = {
      text: values[text]!,
      textPair: pair < 0 ? null : values[pair]!,
      label: values[label]!.trim(),
      row,
    };
    const empty =
      cell.text.trim() === ""
        ? roles.text
        : cell.textPair !== null && cell.textPair.trim() === ""
          ? roles.textPair!
          : cell.label === ""
            ? roles.label
            : null;
    if (empty === null) cells.push(cell);
    else skipped.get(empty)!.push(row);
  });
  const notices: string[] = [];
  for (const column of used) {
    const rows = skipped.get(column)!;
    if (rows.length === 0) continue;
    if (rows.length > table.rows.length / 2) {
      throw new DataError({
        file: table.file,
        row: rows[0],
        column,
        what: `The column is empty in ${formatCount(rows.length)} of ${countOf(table.rows.length, "row")}.`,
        fix: "Choose another column, or fill in the cells.",
      });
    }
    notices.push(
      `${table.file}, column "${column}": skipped ${countOf(rows.length, "empty cell")} (${nameRows(rows)}).`,
    );
  }
  if (cells.length === 0) {
    throw new DataError({
      file: table.file,
      what: `No row has a value in all of ${used.map((name) => `"${name}"`).join(", ")}.`,
      fix: "Choose other columns, or fill in the cells.",
    });
  }
  return { cells, notices };
}

function checkRoles(table: Table, roles: ColumnRoles): void {
  const chosen = [
    ["text", roles.text],
    ["second text", roles.textPair],
    ["label", roles.label],
  ] as const;
  const taken = new Map<string, string>();
  for (const [role, name] of chosen) {
    if (name === null) continue;
    if (!table.columns.includes(name)) {
      throw new DataError({
        file: table.file,
        column: name,
        what: `The file has no column of this name, which is to be the ${role} (it has: ${table.columns.join(", ")}).`,
        fix: "Choose one of the file's columns, or rename the column in the file.",
      });
    }
    const other = taken.get(name);
    if (other) {
      throw new DataError({
        file: table.file,
        column: name,
        what: `The column is chosen both as the ${other} and as the ${role}.`,
        fix: "Choose two different columns.",
      });
    }
    taken.set(name, role);
  }
}

function checkLabels(
  table: Table,
  roles: ColumnRoles,
  labels: readonly string[],
  rowsOfLabel: ReadonlyMap<string, readonly number[]>,
  rows: number,
): void {
  const where = { file: table.file, column: roles.label };
  if (labels.length === 1) {
    throw new DataError({
      ...where,
      what: `All ${countOf(rows, "row")} have the same label ${quote(labels[0]!)}, so there is nothing to learn.`,
      fix: "Choose another label column, or add rows of a second label.",
    });
  }
  const single = labels.filter((label) => rowsOfLabel.get(label)?.length === 1);
  const tooMany = labels.length > MOST_LABELS || (labels.length > 20 && labels.length * 3 > rows);
  if (tooMany || (labels.length > 5 && single.length * 2 > labels.length)) {
    throw new DataError({
      ...where,
      what: `${formatCount(labels.length)} different labels in ${countOf(rows, "row")} are too many to learn.`,
      fix: `This is probably not the label column: choose another one (at most ${formatCount(MOST_LABELS)} labels).`,
    });
  }
  const alone = single[0];
  if (alone === undefined) return;
  const more = single.length > 1 ? ` (so have ${countOf(single.length - 1, "other label")})` : "";
  throw new DataError({
    ...where,
    row: rowsOfLabel.get(alone)?.[0],
    what: `The label ${quote(alone)} has one row only${more}; one row cannot be both learned and checked.`,
    fix: "Add a row of this label, correct it if it is a typing error, or remove the row.",
  });
}
