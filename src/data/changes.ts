/**
 * The change list: rows of a file that are given another answer, or left out, without touching the
 * file. What follows is as if the file said so; only the parts are drawn from it as it stands
 * (`dataset.ts`). Not for finding such rows.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { countOf, DataError, formatCount, listNames, quote } from "./errors";
import type { DataFormat, Rewrite } from "./formats/format";
import { isYes } from "./formats/lists";
import { nameRows, placeOf } from "./shards";
import type { Table } from "./table";
import type { ChangedRow, ColumnRoles, DataRole, RowChange } from "./types";

/** Hexadecimal digits of a row's fingerprint: enough to tell the rows of a file apart. */
const DIGITS = 12;
/** Labels that an error names. */
const MOST_NAMED = 8;

/** The open files by their part; null where there is none. */
type Tables = Readonly<Record<DataRole, Table | null>>;

const ROLES: readonly DataRole[] = ["train", "validation", "test"];

/** The first digits of the SHA-256 of a row's cells, as they stand in the file. */
export function rowFingerprint(cells: readonly string[]): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(cells)))).slice(0, DIGITS);
}

/** Which file a change is of. */
export const fileOf = ({ file = "train" }: Pick<RowChange, "file">): DataRole => file;

/**
 * The changes in the order of files and rows. Those without a fingerprint get that of the row as it
 * is now, so that what is written for later notices another file. Labels given by the names that
 * they are called become those that stand in the file.
 * @param labelNames what labels are called, by what stands in the file; default: as they stand
 * there
 */
export function settledChanges(
  tables: Tables,
  changes: readonly RowChange[],
  labelNames: Readonly<Record<string, string>> = {},
): RowChange[] {
  const standing = new Map(Object.entries(labelNames).map(([label, name]) => [name, label]));
  const inFile = (name: string) => (Object.hasOwn(labelNames, name) ? name : (standing.get(name) ?? name));
  const place = (change: RowChange) => ROLES.indexOf(fileOf(change));
  const sorted = [...changes].sort((a, b) => place(a) - place(b) || a.row - b.row);
  return sorted.map(({ label, labels, ...others }) => {
    const change: RowChange = {
      ...others,
      ...(label !== undefined && { label: inFile(label) }),
      ...(labels !== undefined && { labels: labels.map(inFile) }),
    };
    const cells = cellsOf(tables[fileOf(change)], change.row);
    return cells === null || change.fingerprint !== undefined
      ? change
      : { ...change, fingerprint: rowFingerprint(cells) };
  });
}

/**
 * A file with its changes. Rows keep their numbers, and other rows their places; added ones come
 * last.
 * @param format of the task, with its columns
 * @param train the training file as it stands: its labels are those that may be given
 * @throws DataError naming file and row: for a row that the file has not or that is changed twice,
 * one that is another than the changed one, an answer that the task has not, a column that the file
 * has not, an added row where there is one already, and where no row is left.
 */
export function changeTable(
  table: Table,
  changes: readonly RowChange[],
  { format, columns, train }: { readonly format: DataFormat; readonly columns: ColumnRoles; readonly train: Table },
): Table {
  if (changes.length === 0) return table;
  const places = placesOf(table);
  const rows = [...table.rows];
  const left = new Set<number>();
  const seen = new Set<number>();
  const names = format.rewrite?.names?.(train, columns) ?? null;
  const rowNumbers = [...table.rowNumbers];
  for (const change of changes.toSorted((a, b) => a.row - b.row)) {
    const { row } = change;
    const refuse = (what: string, fix: string) => new DataError({ file: table.file, row, what, fix });
    const place = places.get(row);
    checkCells(change, table, refuse);
    if (change.added) {
      const last = rowNumbers.at(-1)!;
      if (row <= last) {
        throw refuse(
          `It is to be added, but rows up to ${formatCount(last)} are there.`,
          "Take the change back, and add the row anew.",
        );
      }
      rows.push(table.columns.map((column) => cellIn(change.cells!, column) ?? ""));
      rowNumbers.push(row);
      continue;
    }
    if (place === undefined) {
      const last = formatCount(placeOf(table, table.rowNumbers.at(-1)!).row);
      throw refuse(
        `It is to be ${inWords(change)}, but the file has no such row; its last is ${last}.`,
        "Take the change back.",
      );
    }
    if (seen.has(row)) throw refuse("The list of changes has it twice.", "Take one of the changes back.");
    seen.add(row);
    const cells = rows[place]!;
    const now = rowFingerprint(cells);
    if (change.fingerprint !== undefined && change.fingerprint !== now) {
      throw refuse(
        `It is to be ${inWords(change)}, but the row is another than it was then: its fingerprint is ${now} and was ` +
          `${change.fingerprint}; it reads ${quote(cells.join(" | "))} now.`,
        "Take the change back, or open the file that it was made for.",
      );
    }
    if (change.leaveOut) left.add(place);
    else if (change.cells) rows[place] = edited(cells, table.columns, change.cells);
    else {
      checkAnswer(change, { format, names, train: train.file }, refuse);
      rows[place] = rewritten(cells, table.columns, format.rewrite!.cells(columns, change, train));
    }
  }
  if (left.size === rows.length) {
    throw new DataError({
      file: table.file,
      what: `All ${countOf(left.size, "row")} are left out by the list of changes.`,
      fix: "Take some of the changes back.",
    });
  }
  const kept = [...rows.keys()].filter((place) => !left.has(place));
  return {
    ...table,
    rows: kept.map((place) => rows[place]!),
    rowNumbers: kept.map((place) => rowNumbers[place]!),
  };
}

/** @throws DataError for a cell of a column that the file has not. */
function checkCells(
  { cells = {} }: RowChange,
  { columns }: Table,
  refuse: (what: string, fix: string) => DataError,
): void {
  const unknown = Object.keys(cells).find((column) => !columns.includes(column));
  if (unknown === undefined) return;
  throw refuse(
    `It is to have a cell in ${quote(unknown)}, and the file has no such column (it has: ${listNames(columns)}).`,
    "Take the change back.",
  );
}

const edited = (cells: readonly string[], columns: readonly string[], others: Readonly<Record<string, string>>) =>
  cells.map((cell, place) => cellIn(others, columns[place]!) ?? cell);

/** Undefined where there is none: a column may be called like a member that every object has. */
const cellIn = (cells: Readonly<Record<string, string>>, column: string) =>
  Object.hasOwn(cells, column) ? cells[column] : undefined;

/** @throws DataError where the task cannot take the answer. */
function checkAnswer(
  change: RowChange,
  {
    format: { title, rewrite },
    names,
    train,
  }: { readonly format: DataFormat; readonly names: readonly string[] | null; readonly train: string },
  refuse: (what: string, fix: string) => DataError,
): void {
  const what = `It is to be ${inWords(change)}, but`;
  if (!rewrite) {
    throw refuse(
      `${what} rows of this task (${title}) can be left out only.`,
      "Leave it out, or take the change back.",
    );
  }
  if (change[rewrite.key] === undefined) {
    throw refuse(
      `${what} a row of this task (${title}) has a "${rewrite.key}".`,
      `Give that, leave the row out, or take the change back.`,
    );
  }
  const given = change.labels ?? (change.label === undefined ? [] : [change.label]);
  const unknown = given.find((name) => names !== null && !names.includes(name));
  if (unknown === undefined || names === null) return;
  const more = names.length > MOST_NAMED ? `, and ${formatCount(names.length - MOST_NAMED)} more` : "";
  throw refuse(
    `${what} the label ${quote(unknown)} does not occur in ${train} (its labels: ` +
      `${names.slice(0, MOST_NAMED).join(", ")}${more}).`,
    "Give one of these, or take the change back.",
  );
}

function rewritten(
  cells: readonly string[],
  columns: readonly string[],
  changed: ReturnType<Rewrite["cells"]>,
): string[] {
  const cellOf = new Map(changed.map(({ column, cell }) => [column, cell]));
  return cells.map((cell, place) => cellOf.get(columns[place]!) ?? cell);
}

/** `relabelled "HUM"`, `left out`. */
function inWords({ leaveOut, cells, label, labels, number }: RowChange): string {
  if (leaveOut) return "left out";
  if (cells) return "edited";
  if (number !== undefined) return `given the number ${number}`;
  const names = labels ?? [label ?? ""];
  return names.length === 0 ? "left without a label" : `relabelled ${names.map((name) => quote(name)).join(", ")}`;
}

/** How many rows are relabelled, left out, edited and added; the last two default to none. */
export interface ChangeCounts {
  readonly relabelled: number;
  readonly leftOut: number;
  readonly edited?: number;
  readonly added?: number;
}

export function countChanges(changes: readonly RowChange[]): ChangeCounts {
  const leftOut = changes.filter(({ leaveOut }) => leaveOut).length;
  const added = changes.filter((change) => change.added).length;
  const edited = changes.filter(({ cells }) => cells).length - added;
  const relabelled = changes.length - leftOut - edited - added;
  return { relabelled, leftOut, ...(edited > 0 && { edited }), ...(added > 0 && { added }) };
}

/** `3 rows relabelled, 2 left out`; null where nothing is changed. */
export function describeChanges({ relabelled, leftOut, edited = 0, added = 0 }: ChangeCounts): string | null {
  const done = [
    { rows: relabelled, what: "relabelled" },
    { rows: edited, what: "edited" },
    { rows: added, what: "added" },
    { rows: leftOut, what: "left out" },
  ].filter(({ rows }) => rows > 0);
  if (done.length === 0) return null;
  return done
    .map(({ rows, what }, place) => `${place === 0 ? countOf(rows, "row") : formatCount(rows)} ${what}`)
    .join(", ");
}

/** The same text for the same changes, in whatever order their keys are; `[]` for none. */
export function changesKey(changes: readonly RowChange[]): string {
  const all = changes.map((change) => {
    const { row, leaveOut = null, label = null, labels = null, number = null, cells } = change;
    const said = [fileOf(change), row, leaveOut, label, labels, number];
    // As it was before there were edited rows, so that lists are known again.
    return cells ? [...said, Object.entries(cells).sort(([a], [b]) => (a < b ? -1 : 1))] : said;
  });
  return JSON.stringify(all);
}

/** A sentence for each file that has changes. */
export function changeNotices(tables: Tables, changes: readonly RowChange[]): string[] {
  return ROLES.flatMap((role) => {
    const table = tables[role];
    const own = changes.filter((change) => fileOf(change) === role);
    if (!table || own.length === 0) return [];
    const rows = own.map(({ row }) => row).sort((a, b) => a - b);
    return [
      `${table.file}: ${describeChanges(countChanges(own))} by the list of changes (${nameRows(rows, table)}); the file stays as it is.`,
    ];
  });
}

/** What a person is shown of each change: its row's text and answer, where the file has the row. */
export function changedRows(
  tables: Tables,
  changes: readonly RowChange[],
  { rewrite }: DataFormat,
  columns: ColumnRoles,
): ChangedRow[] {
  const { text, textPair, tokens } = columns;
  const inputs = [text, textPair, tokens].flatMap((column) => column ?? []);
  const answers = rewrite ? [columns[rewrite.key]].flat().flatMap((column) => column ?? []) : [];
  return changes.map((change) => {
    const table = tables[fileOf(change)];
    const standing = cellsOf(table, change.row);
    const isAdded = change.added && table && !standing;
    const cells = isAdded ? table.columns.map((column) => cellIn(change.cells!, column) ?? "") : standing;
    if (!table || !cells) return { change, file: table?.file ?? null, text: "", given: "", nowFingerprint: null };
    const nowFingerprint = change.cells ? rowFingerprint(edited(cells, table.columns, change.cells)) : null;
    const cellOf = (column: string) => cells[table.columns.indexOf(column)]?.trim() ?? "";
    const text = (inputs.length > 0 ? inputs.map(cellOf) : cells).join(" | ");
    // Of columns that each say whether a label is there, those that do.
    const given = answers.length > 1 ? answers.filter((column) => isYes(cellOf(column))) : answers.map(cellOf);
    return { change, file: table.file, text, given: isAdded ? "" : given.join(", "), nowFingerprint };
  });
}

/** The cells of a row by its number; null where there is none. */
function cellsOf(table: Table | null, row: number): readonly string[] | null {
  const place = table ? placesOf(table).get(row) : undefined;
  return place === undefined ? null : table!.rows[place]!;
}

/** Where each row of a table stands, by its number; kept, as lists of changes may be long. */
const known = new WeakMap<Table, ReadonlyMap<number, number>>();

function placesOf(table: Table): ReadonlyMap<number, number> {
  const places = known.get(table) ?? new Map(table.rowNumbers.map((row, place) => [row, place]));
  known.set(table, places);
  return places;
}
