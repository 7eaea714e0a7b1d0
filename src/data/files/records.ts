/**
 * What a reader of a kind of file is, and the records that it gives: cells as text, before anybody
 * says what the columns are called. Not for what a file must be to be a table (`../table.ts`).
 */

import { countOf, DataError, formatCount } from "../errors";

export type NamedBlob = Blob & { readonly name: string };

/** Bytes read and bytes in all. */
export type ReadProgress = (bytes: number, total: number) => void;

/**
 * Larger files are refused: a table takes up to 8 times its file, and a tab of a browser has about
 * 2 GiB.
 */
export const LARGEST_BYTES = 256 * 2 ** 20;
/** A row takes some 200 bytes by itself, however short it is. */
export const MOST_ROWS = 4_000_000;
/** A table with more columns is something else, such as a matrix or a column a row. */
export const MOST_COLUMNS = 2000;
/** Cells beside those that a file writes: its rows lack most of its columns. */
const MOST_ADDED_CELLS = 2 ** 20;

export interface Records {
  /** Null where the first record may be their names. */
  readonly columns: string[] | null;
  /** A list of cells for each record. */
  readonly rows: string[][];
  /** Where each stands: of text the row, or line, in the file; else its place, from 1. */
  readonly rowNumbers: number[];
  readonly empty: EmptyRows;
  readonly notices: string[];
  /** What stands between cells, as people call it; null where nothing does. */
  readonly separator: string | null;
  /** What text was read as, where that was chosen or guessed. */
  readonly encoding?: string;
  /** By place of a column: what in it is read as empty and is not, as a sentence's subject. */
  readonly blanks?: ReadonlyMap<number, string>;
}

/** Rows with nothing in them: how many, and the first. */
export interface EmptyRows {
  count: number;
  readonly first: number[];
}

/** Characters: no text of people is as long. */
export const LONGEST_RECORD = 4 * 1024 * 1024;

/** A line, or a row, that is too long to be one. */
export function tooLong(file: string, row: number, noun: "line" | "row"): DataError {
  return new DataError({
    file,
    row,
    what: `The ${noun} is longer than ${formatCount(LONGEST_RECORD)} characters.`,
    fix: "Write one row per line, and divide texts of this length.",
  });
}

/** How many empty rows are named. */
const NAMED_ROWS = 3;

export function addEmpty(empty: EmptyRows, row: number, count = 1): void {
  empty.count += count;
  for (let place = 0; place < count && empty.first.length < NAMED_ROWS; place++) empty.first.push(row + place);
}

/** How text is written, by names that TextDecoder knows. */
export interface Encodings {
  /** Default: found out. */
  readonly encoding?: string | undefined;
  /** Of a file that is not UTF-8; default: Windows-1252 where it is plainly that. */
  readonly otherwise?: string | undefined;
}

/** What a reader is given beside the file. */
export interface ReadOptions extends Encodings {
  /** The name that tells the kind: of a compressed file the name within it. */
  readonly kindName: string;
  readonly onProgress?: ReadProgress | undefined;
  readonly taken: Taken;
  /** Reads a file that was within this one, whatever kind it is. */
  within(file: NamedBlob, kindName: string): Promise<Records>;
}

/** What the earlier files of a table have taken of what it may; readers add what theirs takes. */
export interface Taken {
  /** Unpacked. */
  bytes: number;
  /** Of rows that were not written as text cell by cell. */
  cells: number;
}

/** A kind of file that holds a table. */
export interface FileKind {
  /** Whether a file that begins so is one. */
  matches(head: Uint8Array): boolean;
  /** @throws DataError naming the file, and the row where there is one */
  read(file: NamedBlob, options: ReadOptions): Promise<Records>;
}

/**
 * @param taken bytes of the table's earlier files
 * @throws DataError with both numbers for a file, or the content of one, that is too large
 */
export function checkBytes(file: string, bytes: number, what = "The file has", taken = 0): void {
  if (taken + bytes <= LARGEST_BYTES) return;
  const before = taken === 0 ? "" : `, and the table's files before it have ${formatCount(taken)}`;
  throw new DataError({
    file,
    what: `${what} ${countOf(bytes, "byte")}${before}; at most ${formatCount(LARGEST_BYTES)} are read.`,
    fix: "Take a part of its rows, or leave out columns that are not needed.",
  });
}

/** @throws DataError with both numbers */
export function checkColumnCount(file: string, columns: number, row?: number): void {
  if (columns <= MOST_COLUMNS) return;
  throw new DataError({
    file,
    ...(row !== undefined && { row }),
    what: `The file has at least ${formatCount(columns)} columns; at most ${formatCount(MOST_COLUMNS)} are read.`,
    fix: "Leave out those that are not needed. In files of JSON every different key is a column.",
  });
}

/**
 * @param before rows of the table's earlier files
 * @throws DataError with the number that may be read, once there are more rows of text
 */
export function checkRowCount(file: string, rows: number, before = 0): void {
  if (before + rows <= MOST_ROWS) return;
  const has = before === 0 ? "The file has" : `With the ${formatCount(before)} of the files before it there are`;
  throw new DataError({
    file,
    what: `${has} more than ${formatCount(MOST_ROWS)} rows, which is as many as can be held in memory.`,
    fix: "Draw fewer rows from it, or divide it.",
  });
}

/**
 * Rows of objects with different keys have a cell for each key of the file.
 * @throws DataError with both numbers where those are far more than the file has bytes, and as
 * `checkRowCount`
 */
export function checkCellCount(file: NamedBlob, rows: number, columns: number, taken: Taken): void {
  checkRowCount(file.name, rows);
  const most = taken.bytes + file.size + MOST_ADDED_CELLS - taken.cells;
  if (rows * columns <= most) return;
  throw new DataError({
    file: file.name,
    what:
      `${countOf(rows, "row")} with ${countOf(columns, "different key")} are ${formatCount(rows * columns)} cells, ` +
      `nearly all of them empty; at most ${formatCount(most)} are read of a file of this size.`,
    fix: 'Give every row the same keys, for example {"text": "…", "label": "…"}.',
  });
}
