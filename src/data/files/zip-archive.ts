/**
 * The list of files of a zip archive, and one of them unpacked; sums are checked. Not for which of
 * them is meant.
 */

import { DataError, quote } from "../errors";
import { inflate } from "./gzip";
import { checkBytes, type NamedBlob, type Taken } from "./records";

const LOCAL = 0x04034b50;
const ENTRY = 0x02014b50;
const END = 0x06054b50;
/** The end of the list is within the last 64 KiB and its own 22 bytes. */
const LONGEST_END = 65_557;
/** An archive with more files is no table of people. */
const MOST_ENTRIES = 10_000;

export interface ZipEntry {
  readonly name: string;
  /** 0: as it is, 8: deflate. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly checksum: number;
  readonly packed: number;
  readonly bytes: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/**
 * The files of an archive, folders and the hidden ones of macOS left out.
 * @throws DataError for an archive whose list cannot be read
 */
export async function listZip(file: NamedBlob): Promise<ZipEntry[]> {
  const broken = new DataError({
    file: file.name,
    what: "The zip archive, or workbook, is damaged or cut off: its list of files cannot be read.",
    fix: "Bring or make it anew.",
  });
  const tail = new DataView(await file.slice(Math.max(0, file.size - LONGEST_END)).arrayBuffer());
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== END) end--;
  if (end < 0) throw broken;
  const [count, size, start] = [
    tail.getUint16(end + 10, true),
    tail.getUint32(end + 12, true),
    tail.getUint32(end + 16, true),
  ];
  if (count > MOST_ENTRIES || start + size > file.size) throw broken;
  const list = new DataView(await file.slice(start, start + size).arrayBuffer());
  const entries: ZipEntry[] = [];
  for (let place = 0; entries.length < count; ) {
    if (place + 46 > list.byteLength || list.getUint32(place, true) !== ENTRY) throw broken;
    const [nameLength, extra, comment] = [28, 30, 32].map((at) => list.getUint16(place + at, true)) as [
      number,
      number,
      number,
    ];
    const name = new TextDecoder().decode(
      new Uint8Array(list.buffer, place + 46, Math.min(nameLength, list.byteLength - place - 46)),
    );
    entries.push({
      name,
      method: list.getUint16(place + 10, true),
      isEncrypted: (list.getUint16(place + 8, true) & 1) === 1,
      checksum: list.getUint32(place + 16, true),
      packed: list.getUint32(place + 20, true),
      bytes: list.getUint32(place + 24, true),
      offset: list.getUint32(place + 42, true),
    });
    place += 46 + nameLength + extra + comment;
  }
  return entries.filter(({ name }) => !name.endsWith("/") && !/(^|\/)(__MACOSX\/|\.)/.test(name));
}

/**
 * One file of an archive, under the archive's name. Bytes are handed to the platform's reader of
 * gzip, which checks sum and size.
 * @throws DataError for one that is encrypted, packed in another way, too large or damaged
 */
export async function unpackEntry(file: NamedBlob, entry: ZipEntry, taken: Taken): Promise<NamedBlob> {
  const { name, method, packed, bytes, checksum, offset, isEncrypted } = entry;
  if (isEncrypted || (method !== 0 && method !== 8)) {
    throw new DataError({
      file: file.name,
      what: `${quote(name)} in the zip archive is ${isEncrypted ? "encrypted" : `packed by method ${method}`}, which is not read.`,
      fix: "Unpack it, and open what is in it.",
    });
  }
  checkBytes(file.name, bytes, `${quote(name)} in the zip archive has`, taken.bytes);
  const local = new DataView(await file.slice(offset, offset + 30).arrayBuffer());
  const isLocal = local.byteLength === 30 && local.getUint32(0, true) === LOCAL;
  const start = isLocal ? offset + 30 + local.getUint16(26, true) + local.getUint16(28, true) : file.size;
  const content = file.slice(start, start + packed);
  const deflated = method === 8 ? [content] : await asStored(content);
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, checksum, true);
  trailer.setUint32(4, bytes, true);
  const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
  return inflate(
    new Blob([header, ...deflated, trailer]).stream() as ReadableStream<Uint8Array<ArrayBuffer>>,
    file.name,
    taken,
  );
}

/** Bytes that are not packed, as blocks of deflate's that are stored: at most 65,535 bytes each. */
async function asStored(content: Blob): Promise<BlobPart[]> {
  const most = 0xffff;
  const blocks: BlobPart[] = [];
  for (let from = 0; from === 0 || from < content.size; from += most) {
    const part = content.slice(from, from + most);
    const last = from + most >= content.size ? 1 : 0;
    blocks.push(Uint8Array.of(last, part.size & 255, part.size >> 8, ~part.size & 255, (~part.size >> 8) & 255), part);
  }
  return blocks;
}
