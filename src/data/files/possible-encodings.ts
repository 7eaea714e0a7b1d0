/**
 * Encodings that a file of text may be in, where it is not UTF-8, with lines as they would read:
 * which it is only a person can tell. Not for reading the file (`decode.ts`).
 */

import { textIn } from "./encodings";
import { gzip, unpackGzip } from "./gzip";
import type { NamedBlob } from "./records";
import { unpackTable, zip } from "./zip";

/** A name that the platform's decoder knows, and lines of the file as it gives them. */
export interface PossibleEncoding {
  readonly encoding: string;
  readonly lines: readonly string[];
}

/** The usual ones, by how many pages of the web are in them. */
const USUAL = [
  ...["windows-1252", "windows-1251", "shift_jis", "gb18030", "euc-kr", "big5", "windows-1250", "euc-jp"],
  ...["windows-1254", "windows-1256", "windows-1255", "windows-1253", "windows-874", "windows-1257", "windows-1258"],
  ...["koi8-r", "ibm866", "macintosh", "iso-8859-2"],
];
/** Files are looked at in parts of so many bytes. */
const PART_BYTES = 4 * 2 ** 20;
const SHOWN_LINES = 2;
const LONGEST_LINE = 80;

/**
 * Those of the usual encodings in which the part of a file that is not UTF-8 is text, each with the
 * first lines of it that are not ASCII alone; none for a file that is UTF-8, or no text.
 * A packed file is looked into.
 */
export async function possibleEncodings(given: NamedBlob): Promise<PossibleEncoding[]> {
  const file = await unpacked(given);
  let bytes = new Uint8Array(await file.slice(0, PART_BYTES).arrayBuffer());
  if (bytes.includes(0)) return [];
  for (let from = PART_BYTES; textIn(bytes, "utf-8") !== null; from += PART_BYTES) {
    if (from >= file.size) return [];
    const next = new Uint8Array(await file.slice(from, from + PART_BYTES).arrayBuffer());
    // A part may begin within a character, of which up to three bytes are left.
    const begin = next.subarray(0, 3).findIndex((byte) => (byte & 0xc0) !== 0x80);
    bytes = next.subarray(begin < 0 ? 3 : begin);
  }
  const parts = linesBeyondAscii(bytes);
  return USUAL.flatMap((encoding) => {
    if (textIn(bytes, encoding) === null) return [];
    return [{ encoding, lines: parts.map((line) => shown(textIn(line, encoding) ?? "")) }];
  });
}

/** What is in a packed file, in one that is packed twice, too; another file as it is. */
async function unpacked(file: NamedBlob, depth = 0): Promise<NamedBlob> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const taken = { bytes: 0, cells: 0 };
  const isGzip = gzip.matches(head);
  if (depth > 2 || (!isGzip && !zip.matches(head))) return file;
  const inner = isGzip ? await unpackGzip(file, taken) : (await unpackTable(file, taken))?.table;
  return inner ? unpacked(inner, depth + 1) : file;
}

function linesBeyondAscii(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let from = 0; from < bytes.length && lines.length < SHOWN_LINES; ) {
    const feed = bytes.indexOf(10, from);
    const line = bytes.subarray(from, feed < 0 ? bytes.length : feed);
    if (line.some((byte) => byte > 127)) lines.push(line);
    from += line.length + 1;
  }
  return lines;
}

function shown(line: string): string {
  const text = line.trim();
  const start = Math.max(0, text.search(/[^\0-\x7f]/) - LONGEST_LINE / 2);
  const part = text.slice(start, start + LONGEST_LINE);
  return `${start > 0 ? "…" : ""}${part}${start + LONGEST_LINE < text.length ? "…" : ""}`;
}
