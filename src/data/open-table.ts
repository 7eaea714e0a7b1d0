/** A file to a table whose rows are as the formats read them, whichever tool wrote it. */

import type { NamedBlob } from "./files/decode";
import { arrangeRows } from "./layouts/registry";
import type { Table } from "./table";
import { type ReadProgress, readTable } from "./table";

/** Throws a DataError as `readTable` and `arrangeRows` do. */
export async function openTable(file: NamedBlob, onProgress?: ReadProgress): Promise<Table> {
  return arrangeRows(await readTable(file, onProgress));
}
