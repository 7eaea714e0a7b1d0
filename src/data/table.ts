/**
 * A file to a table of text cells, whatever kind of file it is (`files/`). Says nothing about
 * what a column means; see columns.ts and examples.ts.
 */

import { countOf } from "./errors";
import type { NamedBlob, ReadProgress, Taken } from "./files/records";
import { readRecords } from "./files/registry";
import { type Header, nameColumns } from "./header";
import { nameRows, type Source } from "./shards";

export interface Table extends Source {
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
  /** By column: what in it is read as empty and is not, such as `3 errors of the spreadsheet`. */
  blanks?: ReadonlyMap<string, string>;
  /** What text was read as, where that was chosen or guessed. */
  encoding?: string;
  notices: string[];
}

/** How a file is to be read, where that is chosen. */
export interface TableOptions {
  /** Whether the first row of a delimited file or a sheet holds the names; default: true. */
  readonly header?: boolean;
  /** Of text, by a name that TextDecoder knows; default: found out. */
  readonly encoding?: string | undefined;
  /**
   * Of text that is found not to be UTF-8; default: Windows-1252 where the file is plainly that.
   */
  readonly otherwise?: string | undefined;
}

/**
 * Reads a table. Pauses for the event loop every few milliseconds; `onProgress` is called then
 * and at the end.
 * @param taken of what a table may take, where the file is one of several; default: nothing
 * @throws DataError naming file and row for: an empty file or one that is too large, a header
 * without rows, missing or duplicate column names, an unclosed quote, a row with too few or too
 * many fields, a row that is too long, invalid JSON, bytes that are no text, a damaged or encrypted
 * archive or one with several tables, too many columns.
 */
export async function readTable(
  file: NamedBlob,
  onProgress?: ReadProgress,
  { header = true, ...encodings }: TableOptions = {},
  taken?: Taken,
): Promise<Table> {
  const records = await readRecords(file, onProgress, taken, encodings);
  const named = nameColumns(file.name, file.size, records, header);
  const notices = [...records.notices, ...named.notices];
  const { count, first } = records.empty;
  if (count > 0) {
    notices.push(
      `${file.name}: skipped ${countOf(count, "empty row")} (${nameRows(first, null, { most: first.length, count })}).`,
    );
  }
  return {
    file: file.name,
    bytes: file.size,
    columns: named.columns,
    rows: named.rows,
    rowNumbers: named.rowNumbers,
    header: named.header,
    decimalComma: records.separator === "semicolon",
    ...(named.blanks && { blanks: named.blanks }),
    ...(records.encoding !== undefined && { encoding: records.encoding }),
    notices,
  };
}
