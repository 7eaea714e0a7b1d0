/** Checks that bytes are those that were meant, piece by piece. Not for where they come from. */

import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** What is known of a file before it is there. */
export interface ExpectedFile {
  readonly name: string;
  readonly bytes: number;
  /**
   * SHA-256 of the content as hexadecimal, for files in large-file storage; null where it is not
   * told.
   */
  readonly sha256: string | null;
  /**
   * Git's blob id, SHA-1 over `blob LENGTH\0` and the content, for all other files; null where it
   * is not told.
   */
  readonly gitId: string | null;
}

export interface Checksum {
  update(bytes: Uint8Array): void;
  /** What differs, both values named; null when the bytes are those expected. To be called once. */
  fault(): string | null;
}

/** A running check of one file's content. */
export function checksum(file: ExpectedFile): Checksum {
  const kind = file.sha256 !== null ? "SHA-256" : "git id";
  const expected = file.sha256 ?? file.gitId;
  const hash = file.sha256 !== null ? sha256.create() : sha1.create();
  if (file.sha256 === null) hash.update(new TextEncoder().encode(`blob ${file.bytes}\0`));
  let received = 0;
  return {
    update(bytes) {
      received += bytes.byteLength;
      if (expected !== null) hash.update(bytes);
    },
    fault() {
      if (received !== file.bytes) return `it has ${received} bytes instead of ${file.bytes}`;
      if (expected === null) return null;
      const actual = bytesToHex(hash.digest());
      return actual === expected.toLowerCase() ? null : `its ${kind} is ${actual} instead of ${expected}`;
    },
  };
}

/** Reads a Blob in pieces of a few MiB, so that it is never held whole. */
export async function eachPiece(blob: Blob, onPiece: (bytes: Uint8Array) => void): Promise<void> {
  const step = 4 * 2 ** 20;
  for (let from = 0; from < blob.size; from += step) {
    onPiece(new Uint8Array(await blob.slice(from, from + step).arrayBuffer()));
  }
}
