/**
 * Tables that are in several files: what they are called, how large they may be, and which file a
 * row is in. Not for reading the files (`read-shards.ts`).
 */

import { countOf, DataError, formatCount } from "./errors";
import { checkBytes, LARGEST_BYTES } from "./files/records";

/** A file of several that are one table. */
export interface Shard {
  readonly file: string;
  /** Its rows' numbers in the table are their own and this: they go on from file to file. */
  readonly before: number;
}

/** A table by its name, for messages. */
export interface Source {
  readonly file: string;
  /** In order; default: the table is one file. */
  readonly shards?: readonly Shard[];
}

/** What a table in several files is called. */
export const nameOfShards = ([first, ...others]: readonly { readonly name: string }[]) =>
  others.length === 0 ? first!.name : `${first!.name} and ${formatCount(others.length)} more`;

/** @throws DataError with both numbers for files that are too large to be one table. */
export function checkShards(files: readonly { readonly name: string; readonly bytes: number }[]): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (files.length === 1) checkBytes(files[0]!.name, bytes);
  if (bytes <= LARGEST_BYTES) return;
  const limit = `at most ${formatCount(LARGEST_BYTES)} are read as one table`;
  throw new DataError({
    file: nameOfShards(files),
    what: `The ${countOf(files.length, "file")} have ${countOf(bytes, "byte")} in all; ${limit}.`,
    fix: "Take one of the files.",
  });
}

/** The file that a row is in, and the row's number there. */
export function placeOf({ file, shards = [] }: Source, row: number): { readonly file: string; readonly row: number } {
  const shard = shards.findLast(({ before }) => before < row);
  return shard ? { file: shard.file, row: row - shard.before } : { file, row };
}

/**
 * `row 7` or `rows 7, 9, 12 and 40 more`; the first `most` are named. Of a table in several files:
 * `rows 7, 9 of a.csv, 2 of b.csv and 40 more`.
 * @param source what the rows are of; default: one file
 * @param count how many rows there are, where `rows` has the first of them only
 */
export function nameRows(
  rows: readonly number[],
  source: Source | null = null,
  { most = 3, count = rows.length }: { readonly most?: number; readonly count?: number } = {},
): string {
  const places = rows.slice(0, most).map((row) => (source ? placeOf(source, row) : { file: "", row }));
  const named = places.map(({ file, row }, index) => {
    const isLast = places[index + 1]?.file !== file;
    return `${formatCount(row)}${source?.shards && isLast ? ` of ${file}` : ""}`;
  });
  const more = count > most ? ` and ${formatCount(count - most)} more` : "";
  return `${count === 1 ? "row" : "rows"} ${named.join(", ")}${more}`;
}

/**
 * What `read` gives. A DataError that names a row of one of the tables by its number there is
 * thrown with the row's own file and number.
 */
export function withPlaces<Read>(tables: readonly (Source | null)[], read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    throw placed(tables, error);
  }
}

/** The error as `withPlaces` throws it. */
export function placed(tables: readonly (Source | null)[], error: unknown): unknown {
  if (!(error instanceof DataError) || error.row === null) return error;
  const joined = tables.find((table) => table?.shards && table.file === error.file);
  return joined ? error.at(placeOf(joined, error.row)) : error;
}
