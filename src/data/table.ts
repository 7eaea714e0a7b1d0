/**
 * A file to a table of text cells, whatever kind of file it is (`files/`). Says nothing about
 * what a column means; see columns.ts and examples.ts.
 */

import { countOf, nameRows } from "./errors";
import type { NamedBlob, ReadProgress } from "./files/records";
import { readRecords } from "./files/registry";
import { type Header, nameColumns } from "./header";

export interface Table {
  file: string;
  bytes: number;
  columns: string[];
  /** One list of `columns.length` cells per row, as they stand in the file. */
  rows: string[][];
  /**
   * Where each row stands in the file: the header of a delimited file is row 1; in JSON Lines the
   * line; in a JSON list or a Parquet file the place.
   */
  rowNumbers: number[];
  /** Whether the first row holds the names; null where the kind of file has names of its own. */
  header?: Header | null;
  /** Whether a comma between digits is a decimal point: in files with semicolons between cells. */
  decimalComma?: boolean;
  notices: string[];
}

/** How a file is to be read, where that is chosen. */
export interface TableOptions {
  /** Whether the first row of a delimited file or a sheet holds the names; default: true. */
  readonly header?: boolean;
}

/**
 * Reads a table. Pauses for the event loop every few milliseconds; `onProgress` is called then
 * and at the end.
 * @throws DataError naming file and row for: an empty file or one that is too large, a header
 * without rows, missing or duplicate column names, an unclosed quote, a row with too few or too
 * many fields, a row that is too long, invalid JSON, bytes that are no text, a damaged or encrypted
 * archive or one with several tables, too many columns.
 */
export async function readTable(
  file: NamedBlob,
  onProgress?: ReadProgress,
  { header = true }: TableOptions = {},
): Promise<Table> {
  const records = await readRecords(file, onProgress);
  const named = nameColumns(file.name, file.size, records, header);
  const notices = [...records.notices, ...named.notices];
  const { count, first } = records.empty;
  if (count > 0) {
    notices.push(`${file.name}: skipped ${countOf(count, "empty row")} (${nameRows(first, first.length, count)}).`);
  }
  return {
    file: file.name,
    bytes: file.size,
    columns: named.columns,
    rows: named.rows,
    rowNumbers: named.rowNumbers,
    header: named.header,
    decimalComma: records.separator === "semicolon",
    notices,
  };
}
