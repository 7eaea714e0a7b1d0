/** The kinds of files that hold a table, and which of them a file is. */

import { DataError } from "../errors";
import { otherWorkbook } from "./excel";
import { gzip } from "./gzip";
import { parquet } from "./parquet";
import { checkBytes, type NamedBlob, type ReadProgress, type Records } from "./records";
import { text } from "./text";
import { zip } from "./zip";

/** In the order of looking: text is whatever is nothing else. */
const KINDS = [gzip, zip, parquet, otherWorkbook, text];
const HEAD_BYTES = 16;
/** Archives within archives: a zip of a compressed table. */
const DEEPEST = 2;

/**
 * The records of a file, whatever kind it is; of an archive those of the one table in it.
 * @throws DataError naming the file, with both numbers where it is too large
 */
export async function readRecords(file: NamedBlob, onProgress?: ReadProgress): Promise<Records> {
  checkBytes(file.name, file.size);
  return readAs(file, file.name, onProgress, 0);
}

async function readAs(
  file: NamedBlob,
  kindName: string,
  onProgress: ReadProgress | undefined,
  depth: number,
): Promise<Records> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  if (head.length === 0) {
    throw new DataError({
      file: file.name,
      what: "The file is empty (0 bytes).",
      fix: "Choose a table with a header row and at least two labelled rows.",
    });
  }
  const kinds = depth > DEEPEST ? [text] : KINDS;
  const kind = kinds.find((one) => one.matches(head))!;
  return kind.read(file, { kindName, onProgress, within: (inner, name) => readAs(inner, name, onProgress, depth + 1) });
}
