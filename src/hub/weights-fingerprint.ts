/**
 * Whether two folders hold the same weights, from a few bytes of every tensor. Not for finding a
 * damaged file, which only a checksum of all of it does: `checksum.ts`.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { ModelFolder } from "./types";
import { openWeights } from "./weights";

/** Bytes of each tensor: training changes all of a tensor, and other models have other values. */
const SAMPLE = 256;

/**
 * SHA-256, as hexadecimal, over every tensor's name, type, shape and first bytes. Rejects with an
 * Error as `openWeights`.
 */
export async function weightsFingerprint(folder: ModelFolder, prefixes: readonly string[]): Promise<string> {
  const weights = await openWeights(folder, prefixes);
  const hash = sha256.create();
  for (const name of [...weights.names].sort()) {
    const { type, shape, begin, end, file } = weights.find(name)!;
    hash.update(utf8ToBytes(`${name} ${type} [${shape}]\n`));
    hash.update(await file.read(begin, Math.min(end, begin + SAMPLE)));
  }
  return bytesToHex(hash.digest());
}
