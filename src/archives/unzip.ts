/**
 * Files out of a zip, each held to the checksum that the zip tells of it, which fflate leaves
 * unread. Not for writing zips, nor for what is in the files.
 */

import { strFromU8, unzipSync } from "fflate";
import { shortened } from "../errors/shortened";
import { crc32 } from "./crc32";

/** One file, as the directory at a zip's end describes it. */
interface Entry {
  readonly sum: number;
  readonly encrypted: boolean;
}

/**
 * The files whose paths are `wanted`, by path. `limit`: bytes that they may have together, checked
 * before anything is unpacked.
 * @throws Error naming the file when its content is not that of its checksum, is encrypted or is
 * there twice, both sizes when it is too large, or when it is no zip.
 */
export function unzip(bytes: Uint8Array, wanted: (path: string) => boolean, limit: number): Map<string, Uint8Array> {
  let total = 0;
  const seen = new Set<string>();
  let twice: string | null = null;
  let directory: ReadonlyMap<string, Entry>;
  let unpacked: Record<string, Uint8Array>;
  try {
    directory = readDirectory(bytes);
    unpacked = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!wanted(name) || directory.get(name)?.encrypted) return false;
        if (seen.has(name)) twice ??= name;
        seen.add(name);
        total += originalSize;
        return total <= limit && twice === null;
      },
    });
  } catch (error) {
    throw new Error(`The file is not a zip that can be read: ${(error as Error).message}.`);
  }
  const locked = [...directory].find(([path, { encrypted }]) => encrypted && wanted(path))?.[0];
  if (locked !== undefined) {
    throw new Error(`The zip is locked by a password ("${shortened(locked)}" is encrypted). Unpack it first.`);
  }
  if (twice !== null) throw new Error(`The zip holds "${shortened(twice)}" twice. Make it anew from the folder.`);
  if (total > limit) throw new Error(`The zip would unpack to ${total} bytes, but at most ${limit} can be read.`);
  const files = new Map(Object.entries(unpacked));
  for (const [path, content] of files) {
    const [expected, actual] = [directory.get(path)!.sum, crc32(content)];
    if (actual === expected) continue;
    throw new Error(
      `The zip is damaged: "${shortened(path)}" has the checksum ${hex(actual)} instead of ${hex(expected)}. Get it again.`,
    );
  }
  return files;
}

const hex = (sum: number) => sum.toString(16).padStart(8, "0");

const [END, END_64_PLACE, END_64] = [0x06054b50, 0x07064b50, 0x06064b50];
/** Of an entry's flags. */
const [ENCRYPTED, UTF_8] = [1, 0x800];

/** The directory at a zip's end; where it lies fflate looks in the same way. */
function readDirectory(bytes: Uint8Array): Map<string, Entry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = (at: number) => view.getUint32(at, true);
  const short = (at: number) => view.getUint16(at, true);
  let end = bytes.length - 22;
  // Behind it there is room for a comment of 65,535 bytes.
  while (end >= 0 && bytes.length - end <= 65_558 && long(end) !== END) end--;
  if (end < 0 || long(end) !== END) throw new Error("it has no directory at its end");
  let [count, at] = [short(end + 8), long(end + 16)];
  if (end >= 20 && long(end - 20) === END_64_PLACE && long(long(end - 12)) === END_64) {
    [count, at] = [long(long(end - 12) + 32), long(long(end - 12) + 48)];
  }
  const entries = new Map<string, Entry>();
  for (let entry = 0; entry < count; entry++) {
    const [name, after] = [at + 46, at + 46 + short(at + 28)];
    const flags = short(at + 8);
    const path = strFromU8(bytes.subarray(name, after), (flags & UTF_8) === 0);
    entries.set(path, { sum: long(at + 16), encrypted: (flags & ENCRYPTED) !== 0 });
    at = after + short(at + 30) + short(at + 32);
  }
  return entries;
}
