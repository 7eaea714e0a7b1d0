/**
 * A table in several files, as most data sets of the Hub have it: read in order, held to the same
 * columns and to the bounds of one file, and joined. Not for finding the files
 * (`../hub/hub-datasets.ts`).
 */

import { countOf, DataError, formatCount, nameAll } from "./errors";
import { checkRowCount, type NamedBlob, type ReadProgress } from "./files/records";
import { checkShards, nameOfShards, type Shard } from "./shards";
import { readTable, type Table, type TableOptions } from "./table";

/** How many files are named with their rows. */
const MOST_NAMED = 4;
/** Of the files together. */
const MOST_NOTICES = 20;

/**
 * Reads the files in order into one table. Row numbers go on from file to file.
 * @throws DataError as `readTable`; with both numbers, before anything is read, where they are too
 * large together; and naming both files where columns differ.
 */
export async function readShards(
  files: readonly NamedBlob[],
  onProgress?: ReadProgress,
  options?: TableOptions,
): Promise<Table> {
  const [first, ...others] = files;
  if (others.length === 0) return readTable(first!, onProgress, options);
  checkShards(files.map(({ name, size }) => ({ name, bytes: size })));
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const taken = { bytes: 0, cells: 0 };
  const shards: Shard[] = [];
  const said: { file: string; notices: readonly string[] }[] = [];
  let joined: Table | null = null;
  let done = 0;
  for (const file of files) {
    const before = done;
    const table: Table = await readTable(file, (bytes) => onProgress?.(before + bytes, total), options, taken);
    checkRowCount(file.name, table.rows.length, joined?.rows.length);
    done += file.size;
    shards.push({ file: file.name, before: joined?.rowNumbers.at(-1) ?? 0 });
    said.push({ file: file.name, notices: table.notices });
    joined = joined ? append(joined, table, shards) : table;
  }
  const file = nameOfShards(files);
  return {
    ...joined!,
    ...{ file, bytes: total, shards },
    notices: [joinedNotice(file, joined!.rowNumbers, shards), ...noticesOf(said)],
  };
}

/** Rows are moved to the first file's, one by one: a list of all is too long for a call. */
function append(joined: Table, table: Table, shards: readonly Shard[]): Table {
  const places = placesOf(joined, table, shards);
  const before = shards.at(-1)!.before;
  const inOrder = places.every((place, index) => place === index);
  for (const cells of table.rows) joined.rows.push(inOrder ? cells : places.map((place) => cells[place]!));
  for (const row of table.rowNumbers) joined.rowNumbers.push(before + row);
  joined.decimalComma &&= table.decimalComma === true;
  return joined;
}

/** Where the first file's columns are in another. */
function placesOf(first: Table, other: Table, shards: readonly Shard[]): number[] {
  const places = first.columns.map((column) => other.columns.indexOf(column));
  if (other.columns.length === first.columns.length && !places.includes(-1)) return places;
  const lacking = first.columns.filter((column) => !other.columns.includes(column));
  const added = other.columns.filter((column) => !first.columns.includes(column));
  const said = [
    ...(lacking.length > 0 ? [`lacks ${nameAll(lacking, 4)}`] : []),
    ...(added.length > 0 ? [`has ${nameAll(added, 4)} beside them`] : []),
  ];
  throw new DataError({
    file: other.file,
    what: `Its columns are not those of ${shards[0]!.file}, with which it is to be one table: it ${said.join(" and ")}.`,
    fix: "Take one of the files, or files that have the same columns.",
  });
}

/** What was said of several files in the same words is said of the first, with how many more. */
function noticesOf(said: readonly { readonly file: string; readonly notices: readonly string[] }[]): string[] {
  const counts = new Map<string, { readonly notice: string; count: number }>();
  for (const { file, notices } of said) {
    for (const notice of notices) {
      const key = notice.replace(file, "");
      const known = counts.get(key);
      if (known) known.count++;
      else counts.set(key, { notice, count: 1 });
    }
  }
  const all = [...counts.values()].map(({ notice, count }) =>
    count === 1 ? notice : `${notice} The same of ${countOf(count - 1, "more file", "more files")}.`,
  );
  if (all.length <= MOST_NOTICES) return all;
  return [...all.slice(0, MOST_NOTICES), `There are ${formatCount(all.length - MOST_NOTICES)} more such notices.`];
}

function joinedNotice(file: string, rowNumbers: readonly number[], shards: readonly Shard[]): string {
  const named = shards.slice(0, MOST_NAMED).map((shard, index) => {
    const last = shards[index + 1]?.before ?? rowNumbers.at(-1)!;
    return `${shard.file} up to row ${formatCount(last)}`;
  });
  const more = shards.length > MOST_NAMED ? `, and ${formatCount(shards.length - MOST_NAMED)} more` : "";
  return (
    `${file}: ${countOf(shards.length, "file")} joined to ${countOf(rowNumbers.length, "row")}, numbered on from file to ` +
    `file: ${named.join(", ")}${more}.`
  );
}
