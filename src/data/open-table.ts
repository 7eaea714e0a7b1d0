/** A file to a table whose rows are as the formats read them, whichever tool wrote it. */

import type { NamedBlob, ReadProgress } from "./files/records";
import { arrangeRows } from "./layouts/registry";
import { readTable, type Table, type TableOptions } from "./table";

/** Throws a DataError as `readTable` and `arrangeRows` do. */
export async function openTable(file: NamedBlob, onProgress?: ReadProgress, options?: TableOptions): Promise<Table> {
  return arrangeRows(await readTable(file, onProgress, options));
}
