/** A zip archive that holds one table. A workbook is a zip, too. */

import { countOf, DataError, quote } from "../errors";
import { isWorkbook, readWorkbook, unreadWorkbook } from "./excel";
import { tableExtensions } from "./extensions";
import type { FileKind, NamedBlob, Taken } from "./records";
import { listZip, unpackEntry, type ZipEntry } from "./zip-archive";

export const zip: FileKind = {
  matches: (head) => [0x50, 0x4b, 3, 4].every((byte, place) => head[place] === byte),
  async read(file, { taken, within }) {
    const unpacked = await unpackTable(file, taken);
    if (!unpacked) return readWorkbook(file, taken);
    const { name, table } = unpacked;
    const records = await within(table, name);
    return { ...records, notices: [`${file.name}: ${quote(name)} in it was read.`, ...records.notices] };
  },
};

/**
 * The one table of an archive, under the archive's name, and its own name; null for a workbook.
 * @throws DataError where there is none, or several, or it cannot be unpacked
 */
export async function unpackTable(file: NamedBlob, taken: Taken): Promise<{ name: string; table: NamedBlob } | null> {
  const entries = await listZip(file);
  if (isWorkbook(entries)) return null;
  if (entries.some(({ name }) => name === "content.xml")) throw unreadWorkbook(file.name, "an OpenDocument table");
  const entry = onlyTable(file.name, entries);
  return { name: entry.name, table: await unpackEntry(file, entry, taken) };
}

/** The one file of an archive that is a table. */
function onlyTable(file: string, entries: readonly ZipEntry[]): ZipEntry {
  const tables = entries.filter(({ name }) =>
    tableExtensions.some((extension) => name.toLowerCase().endsWith(extension)),
  );
  const [only] = tables;
  if (only && tables.length === 1) return only;
  const named = (some: readonly ZipEntry[]) => {
    const first = some.slice(0, 5).map(({ name }) => quote(name));
    return some.length > 5 ? `${first.join(", ")} and ${some.length - 5} more` : first.join(", ");
  };
  if (only) {
    throw new DataError({
      file,
      what: `The zip archive holds ${countOf(tables.length, "table")}: ${named(tables)}. Which of them is meant?`,
      fix: "Unpack it and open the one you want; others can be validation or test files.",
    });
  }
  throw new DataError({
    file,
    what: `The zip archive holds no table (it has: ${named(entries) || "nothing"}).`,
    fix: "Unpack it, and choose a file of one of the kinds that are read; docs/data.md lists them.",
  });
}
