/** Excel workbooks (.xlsx): the first sheet, whose first row may name the columns. */

import { messageOf } from "../../errors/message-of";
import { countOf, DataError, quote } from "../errors";
import { cellOf, dateCell } from "./cells";
import {
  addEmpty,
  checkBytes,
  checkColumnCount,
  type EmptyRows,
  type FileKind,
  type NamedBlob,
  type Records,
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
 * the time of day where there is one, formulas as the result that was saved with them.
 * @throws DataError for a workbook that is damaged, encrypted, too large, or without a filled cell
 */
export async function readWorkbook(file: NamedBlob): Promise<Records> {
  const unpacked = (await listZip(file)).reduce((sum, { bytes }) => sum + bytes, 0);
  checkBytes(file.name, unpacked, "Unpacked the workbook has");
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
  const [first, ...others] = sheets;
  const width = first?.data.reduce((most, row) => Math.max(most, row.length), 0) ?? 0;
  checkColumnCount(file.name, width);
  const rows: string[][] = [];
  const rowNumbers: number[] = [];
  const empty: EmptyRows = { count: 0, first: [] };
  for (const [place, values] of (first?.data ?? []).entries()) {
    const cells = Array.from({ length: width }, (_, column) => sheetCell(values[column]));
    if (cells.every((cell) => cell.trim() === "")) {
      addEmpty(empty, place + 1);
      continue;
    }
    rows.push(cells);
    rowNumbers.push(place + 1);
  }
  const named = others.slice(0, 3).map(({ sheet }) => quote(sheet));
  const more = others.length > 3 ? ` and ${others.length - 3} more` : "";
  const notice =
    `${file.name}: the first sheet, ${quote(first?.sheet ?? "")}, was read; ` +
    `${countOf(others.length, "other sheet")} ${others.length === 1 ? "was" : "were"} not (${named.join(", ")}${more}).`;
  return { columns: null, rows, rowNumbers, empty, notices: others.length > 0 ? [notice] : [], separator: null };
}

const sheetCell = (value: unknown) => (value instanceof Date ? dateCell(value) : cellOf(value));
