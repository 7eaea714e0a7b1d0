/**
 * A compressed file (`.csv.gz`, `.jsonl.gz`): the file within it, unpacked and checked by its sum.
 */

import { DataError } from "../errors";
import { checkBytes, type FileKind, LARGEST_BYTES, type NamedBlob } from "./records";

export const gzip: FileKind = {
  matches: (head) => head[0] === 0x1f && head[1] === 0x8b,
  read: async (file, { kindName, within }) =>
    within(
      await inflate(file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>, file.name),
      kindName.replace(/\.gz(ip)?$/i, ""),
    ),
};

/**
 * Unpacks a stream of gzip's format into a file of this name.
 * @throws DataError for damaged content, and with both numbers for one that is too large unpacked
 */
export async function inflate(packed: ReadableStream<Uint8Array<ArrayBuffer>>, name: string): Promise<NamedBlob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      if (bytes > LARGEST_BYTES) checkBytes(name, bytes, "Unpacked the file has at least");
      parts.push(value);
    }
  } catch (error) {
    if (error instanceof DataError) {
      await reader.cancel().catch(() => {});
      throw error;
    }
    throw new DataError({
      file: name,
      what: "The compressed file is damaged: it does not unpack to what its checksum says.",
      fix: "Bring or make it anew.",
    });
  }
  return Object.assign(new Blob(parts), { name });
}
