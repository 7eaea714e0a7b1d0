/** The kinds of files that hold a table, and which of them a file is. */

import { DataError } from "../errors";
import { otherWorkbook } from "./excel";
import { gzip } from "./gzip";
import { HEAD_BYTES, otherKinds } from "./other-kinds";
import { parquet } from "./parquet";
import {
  checkBytes,
  type Encodings,
  type NamedBlob,
  type ReadOptions,
  type ReadProgress,
  type Records,
  type Taken,
} from "./records";
import { text } from "./text";
import { zip } from "./zip";

/** In the order of looking: text is whatever is nothing else. */
const KINDS = [gzip, zip, parquet, otherWorkbook, otherKinds, text];
/** Archives within archives: a zip of a compressed table. */
const DEEPEST = 2;

/**
 * The records of a file, whatever kind it is; of an archive those of the one table in it.
 * @param taken grows by what the file takes; default: the table is this file alone
 * @throws DataError naming the file, with both numbers where it is too large
 */
export async function readRecords(
  file: NamedBlob,
  onProgress?: ReadProgress,
  taken: Taken = { bytes: 0, cells: 0 },
  encodings: Encodings = {},
): Promise<Records> {
  checkBytes(file.name, file.size);
  return readAs(file, file.name, { onProgress, taken, ...encodings }, 0);
}

async function readAs(
  file: NamedBlob,
  kindName: string,
  options: Omit<ReadOptions, "kindName" | "within">,
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
  return kind.read(file, { ...options, kindName, within: (inner, name) => readAs(inner, name, options, depth + 1) });
}
