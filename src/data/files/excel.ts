/**
 * Excel workbooks (.xlsx): the first sheet that holds a table, whose first row may name the
 * columns.
 */

import { messageOf } from "../../errors/message-of";
import { countOf, DataError, formatCount, quote } from "../errors";
import { cellOf, dateCell } from "./cells";
import { type Merged, readMarks, type SheetCell, type SheetMarks } from "./excel-marks";
import {
  addEmpty,
  checkBytes,
  checkColumnCount,
  type EmptyRows,
  type FileKind,
  type NamedBlob,
  type Records,
  type Taken,
} from "./records";
import { listZip, type ZipEntry } from "./zip-archive";

export const isWorkbook = (entries: readonly ZipEntry[]) => entries.some(({ name }) => name === "xl/workbook.xml");

/** Workbooks of other kinds, which no library here reads; they are named. */
export const otherWorkbook: FileKind = {
  /** Those of Excel before 2007, and those with a password. */
  matches: (head) => [0xd0, 0xcf, 0x11, 0xe0].every((byte, place) => head[place] === byte),
  read: async ({ name }) => {
    throw unreadWorkbook(name, "a workbook of Excel before 2007, or one with a password");
  },
};

/** The error for a workbook that is not read. */
export function unreadWorkbook(file: string, what: string): DataError {
  return new DataError({
    file,
    what: `This is ${what}; such files are not read.`,
    fix: 'Open it in your spreadsheet and save the sheet as .xlsx, or as "CSV UTF-8".',
  });
}

/**
 * Numbers are written as they are stored, truths as `true` and `false`, dates as `2024-01-31` with
 * the time of day where there is one, formulas as the result that was saved with them. The value of
 * cells that are merged within a column is that of each of them. Formulas without a result and
 * errors of the spreadsheet are empty cells, and named.
 * @throws DataError for a workbook that is damaged, encrypted, too large, or without a filled cell,
 * and for names of columns that are merged
 */
export async function readWorkbook(file: NamedBlob, taken: Taken): Promise<Records> {
  const unpacked = (await listZip(file)).reduce((sum, { bytes }) => sum + bytes, 0);
  checkBytes(file.name, unpacked, "Unpacked the workbook has", taken.bytes);
  taken.bytes += unpacked;
  const { default: readSheets } = await import("read-excel-file/universal");
  let sheets: Awaited<ReturnType<typeof readSheets>>;
  try {
    sheets = await readSheets(file, { trim: false });
  } catch (cause) {
    throw new DataError({
      file: file.name,
      what: `The workbook cannot be read: ${messageOf(cause).slice(0, 200)}.`,
      fix: 'Save it again in your spreadsheet, as .xlsx or as "CSV UTF-8".',
    });
  }
  const filled = sheets.filter(({ data }) => data.some(isFilled));
  const sheet = filled.find(({ data }) => holdsTable(data)) ?? filled[0] ?? sheets[0];
  const data = sheet?.data ?? [];
  const width = data.reduce((most, row) => Math.max(most, row.length), 0);
  checkColumnCount(file.name, width);
  const cells = data.map((values) => Array.from({ length: width }, (_, column) => sheetCell(values[column])));
  const marks = await readMarks(file, sheet?.sheet ?? "");
  const notices = [
    ...sheetNotices(file.name, sheets, sheet),
    ...fillMerged(file.name, cells, marks.merged),
    ...unreadNotices(file.name, marks),
  ];
  for (const { row, column } of marks.errors) if (cells[row]?.[column] !== undefined) cells[row][column] = "";
  const rows: string[][] = [];
  const rowNumbers: number[] = [];
  const empty: EmptyRows = { count: 0, first: [] };
  for (const [place, row] of cells.entries()) {
    if (isFilled(row)) {
      rows.push(row);
      rowNumbers.push(place + 1);
    } else addEmpty(empty, place + 1);
  }
  return { columns: null, rows, rowNumbers, empty, notices, separator: null, blanks: blanksOf(marks) };
}

const sheetCell = (value: unknown) => (value instanceof Date ? dateCell(value) : cellOf(value));

const isFilled = (row: readonly unknown[]) => row.some((cell) => cellOf(cell).trim() !== "");

/**
 * Whether a sheet looks like a table and not like notes: its first filled row has several names,
 * each once, and most of its other rows fill several cells.
 */
function holdsTable(data: readonly (readonly unknown[])[]): boolean {
  const [names = [], ...rows] = data
    .map((row) => row.map(cellOf).filter((cell) => cell.trim() !== ""))
    .filter(isFilled);
  const several = rows.filter(({ length }) => length > 1).length;
  return names.length > 1 && new Set(names).size === names.length && several > 0 && several >= rows.length / 2;
}

type Sheet = { readonly sheet: string };

function sheetNotices(file: string, sheets: readonly Sheet[], read: Sheet | undefined): string[] {
  const others = sheets.filter((sheet) => sheet !== read);
  if (others.length === 0) return [];
  const named = others.slice(0, 3).map(({ sheet }) => quote(sheet));
  const more = others.length > 3 ? ` and ${others.length - 3} more` : "";
  return [
    `${file}: the first sheet${read === sheets[0] ? "" : " that holds a table"}, ${quote(read?.sheet ?? "")}, was read; ` +
      `${countOf(others.length, "other sheet")} ${others.length === 1 ? "was" : "were"} not (${named.join(", ")}${more}).`,
  ];
}

/**
 * Writes the value of cells that are merged within one column into each of them; says so, and which
 * other cells are merged: those keep their value in the first one.
 */
function fillMerged(file: string, cells: readonly string[][], merged: readonly Merged[]): string[] {
  const head = cells.findIndex(isFilled);
  const title = merged.find(({ first, last }) => first.row <= head && last.row >= head && last.column > first.column);
  if (title) {
    throw new DataError({
      ...{ file, row: head + 1 },
      what: `The cells ${title.name} are merged, so that columns below them have no name of their own.`,
      fix: "Unmerge them and give every column a name; if they hold a title, delete the row.",
    });
  }
  // Names of columns that are merged downwards leave an empty row.
  const below = merged.filter(({ first }) => first.row > head);
  const down = below.filter(({ first, last }) => first.column === last.column);
  for (const { first, last } of down) {
    const value = cells[first.row]?.[first.column] ?? "";
    for (const row of cells.slice(first.row + 1, last.row + 1))
      if (first.column < row.length) row[first.column] = value;
  }
  const across = below.filter((one) => !down.includes(one));
  return [
    ...(down.length > 0
      ? [`${file}: merged cells (${nameSome(down)}): the value belongs to each of the rows that they span.`]
      : []),
    ...(across.length > 0
      ? [`${file}: cells merged over several columns (${nameSome(across)}): the value is that of the first cell alone.`]
      : []),
  ];
}

function unreadNotices(file: string, { unsaved, errors }: SheetMarks): string[] {
  const [first] = errors;
  return [
    ...(unsaved.length > 0
      ? [
          `${file}: ${countOf(unsaved.length, "formula")} without a saved result (${nameSome(unsaved)}) ` +
            `${unsaved.length === 1 ? "is an empty cell" : "are empty cells"}: open the workbook in your spreadsheet, which computes them, and save it.`,
        ]
      : []),
    ...(first
      ? [
          `${file}: ${countOf(errors.length, "cell")} with an error of the spreadsheet ` +
            `(${nameSome(errors.map(({ name, error }) => ({ name: `${error} in ${name}` })))}) ${errors.length === 1 ? "is" : "are"} read as empty.`,
        ]
      : []),
  ];
}

/** By column: what its cells are that look empty. */
function blanksOf({ unsaved, errors }: SheetMarks): ReadonlyMap<number, string> {
  const said = new Map<number, string>();
  const count = (cells: readonly SheetCell[], one: string, several: string) => {
    const counts = new Map<number, number>();
    for (const { column } of cells) counts.set(column, (counts.get(column) ?? 0) + 1);
    for (const [place, own] of counts) {
      const before = said.has(place) ? `${said.get(place)} and ` : "";
      said.set(place, `${before}${countOf(own, one, several)}`);
    }
  };
  count(unsaved, "formula without a saved result", "formulas without a saved result");
  count(errors, "error of the spreadsheet", "errors of the spreadsheet");
  return said;
}

function nameSome(named: readonly { readonly name: string }[]): string {
  const first = named.slice(0, 3).map(({ name }) => name);
  return named.length > 3 ? `${first.join(", ")} and ${formatCount(named.length - 3)} more` : first.join(", ");
}
