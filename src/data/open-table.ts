/** A file to a table whose rows are as the formats read them, whichever tool wrote it. */

import type { NamedBlob, ReadProgress } from "./files/records";
import { arrangeRows } from "./layouts/registry";
import { readShards } from "./read-shards";
import { withPlaces } from "./shards";
import type { Table, TableOptions } from "./table";

/**
 * @param files a table's file, or those that it is in, in order
 * @throws DataError as `readShards` and `arrangeRows` do
 */
export async function openTable(
  files: NamedBlob | readonly NamedBlob[],
  onProgress?: ReadProgress,
  options?: TableOptions,
): Promise<Table> {
  const table = await readShards("name" in files ? [files] : files, onProgress, options);
  return withPlaces([table], () => arrangeRows(table));
}
