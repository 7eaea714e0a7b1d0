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
  readonly #details: DataErrorDetails;
  readonly file: string;
  readonly row: number | null;
  readonly column: string | null;

  constructor(details: DataErrorDetails) {
    const { file, row, column, what, fix } = details;
    const where = [
      file,
      ...(row === undefined ? [] : [`row ${formatCount(row)}`]),
      ...(column === undefined ? [] : [`column ${quote(column, 60)}`]),
    ].join(", ");
    super(`${where}: ${what} ${fix}`);
    this.name = "DataError";
    this.#details = details;
    this.file = file;
    this.row = row ?? null;
    this.column = column ?? null;
  }

  /** The same of another place. */
  at(place: { readonly file: string; readonly row: number }): DataError {
    return new DataError({ ...this.#details, ...place });
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

/** `"a", "b" and 7 more`: names or cells of a file for a message, each cut. */
export function nameAll(texts: readonly string[], most = 6): string {
  const named = texts.slice(0, most).map((text) => quote(text, 30));
  return texts.length > most ? `${named.join(", ")} and ${formatCount(texts.length - most)} more` : named.join(", ");
}

/** `text, label and 40 more`: the names of columns for a message, each cut. */
export function listNames(names: readonly string[], most = 8): string {
  const named = names.slice(0, most).map((name) => (name.length > 30 ? `${name.slice(0, 30)}…` : name));
  return names.length > most ? `${named.join(", ")} and ${formatCount(names.length - most)} more` : named.join(", ");
}

/** Text for an error message: one line, in quotes, cut to `most` characters. */
export function quote(text: string, most = 40): string {
  const line = text.replace(/\s+/g, " ");
  return `"${line.length > most ? `${line.slice(0, most)}…` : line}"`;
}
