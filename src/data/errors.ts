/**
 * The one error class of the data folder. Its message alone says where, what and what to do, so it
 * survives a worker boundary.
 */

export interface DataErrorDetails {
  file: string;
  /** As a spreadsheet counts: the header is row 1. */
  row?: number;
  column?: string;
  /** What is wrong, with both numbers where there are two; a full sentence. */
  what: string;
  /** What the person can do; a full sentence. */
  fix: string;
}

/** Data that cannot be used as it stands. */
export class DataError extends Error {
  readonly file: string;
  readonly row: number | null;
  readonly column: string | null;

  constructor({ file, row, column, what, fix }: DataErrorDetails) {
    const where = [
      file,
      ...(row === undefined ? [] : [`row ${formatCount(row)}`]),
      ...(column === undefined ? [] : [`column "${column}"`]),
    ].join(", ");
    super(`${where}: ${what} ${fix}`);
    this.name = "DataError";
    this.file = file;
    this.row = row ?? null;
    this.column = column ?? null;
  }
}

/** `12345` → `12,345`. */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 row`, `2 rows`. */
export function countOf(value: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(value)} ${value === 1 ? noun : plural}`;
}

/** `row 7` or `rows 7, 9, 12 and 40 more`; the first `most` are named. */
export function nameRows(rows: readonly number[], most = 3): string {
  const named = rows.slice(0, most).map(formatCount).join(", ");
  const more = rows.length > most ? ` and ${formatCount(rows.length - most)} more` : "";
  return `${rows.length === 1 ? "row" : "rows"} ${named}${more}`;
}

/** Text for an error message: one line, in quotes, cut to `most` characters. */
export function quote(text: string, most = 40): string {
  const line = text.replace(/\s+/g, " ");
  return `"${line.length > most ? `${line.slice(0, most)}…` : line}"`;
}
