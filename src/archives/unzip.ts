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

/**
 * Where the file of an entry begins; in zip64 that stands behind the name, after two sizes or none.
 */
function offsetOf(view: DataView, at: number): number {
  const offset = view.getUint32(at + 42, true);
  if (offset !== 0xffffffff) return offset;
  const extra = at + 46 + view.getUint16(at + 28, true);
  const sizes = [20, 24].filter((place) => view.getUint32(at + place, true) === 0xffffffff).length;
  for (let place = extra; place + 4 <= extra + view.getUint16(at + 30, true); ) {
    if (view.getUint16(place, true) === 1) return Number(view.getBigUint64(place + 4 + 8 * sizes, true));
    place += 4 + view.getUint16(place + 2, true);
  }
  return offset;
}

/** The name in a file's own header. */
function ownName(bytes: Uint8Array, view: DataView, at: number): string {
  if (at + 30 > bytes.length || view.getUint32(at, true) !== LOCAL) {
    throw new Error("its directory is damaged: there is no file where it says");
  }
  const flags = view.getUint16(at + 6, true);
  return strFromU8(bytes.subarray(at + 30, at + 30 + view.getUint16(at + 26, true)), (flags & UTF_8) === 0);
}

const hex = (sum: number) => sum.toString(16).padStart(8, "0");

const [END, END_64_PLACE, END_64] = [0x06054b50, 0x07064b50, 0x06064b50];
/** What a file in the zip, and its entry in the directory, begin with. */
const [LOCAL, ENTRY] = [0x04034b50, 0x02014b50];
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
    if (long(at) !== ENTRY) throw new Error("its directory is damaged");
    const [name, after] = [at + 46, at + 46 + short(at + 28)];
    const flags = short(at + 8);
    const path = strFromU8(bytes.subarray(name, after), (flags & UTF_8) === 0);
    const own = ownName(bytes, view, offsetOf(view, at));
    // A file whose name is damaged in one of two places would be missed without a word.
    if (own !== path) {
      throw new Error(`its directory names "${shortened(path)}" what is called "${shortened(own)}" in its place`);
    }
    entries.set(path, { sum: long(at + 16), encrypted: (flags & ENCRYPTED) !== 0 });
    at = after + short(at + 30) + short(at + 32);
  }
  if (at + 4 <= bytes.length && long(at) === ENTRY) throw new Error("its directory has more files than it says");
  return entries;
}
