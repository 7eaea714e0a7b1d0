/**
 * Bytes to text, strictly and in pieces: UTF-8, UTF-16, or Windows-1252 where it is plainly that.
 * Knows nothing of rows. A byte order mark is removed; a byte that is not text is an error that
 * says where it is.
 */

import { createBreather } from "../breathe";
import { DataError, formatCount, quote } from "../errors";
import type { NamedBlob, ReadProgress } from "./records";

/** A name that TextDecoder knows. */
export type Encoding = string;

/** A file of text, and how it is written. */
export interface TextFile {
  readonly file: NamedBlob;
  readonly encoding: Encoding;
  /** Its beginning, for guessing its format: up to 64 KiB, possibly ending inside a character. */
  readonly head: string;
  readonly notices: readonly string[];
}

export const HEAD_BYTES = 64 * 1024;
/** Small enough that parsing one piece stays well below a visible pause. */
const PIECE_BYTES = 128 * 1024;
/** Which encoding it is in only a person can tell, by how its lines read. */
const CHOOSE =
  'Choose its encoding (in a configuration: "encoding" under "data", such as "windows-1251", ' +
  '"shift_jis" or "gb18030"), or save it as UTF-8 with the program that made it';
/** Bytes that are no character of Windows-1252. */
const NOT_WINDOWS = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);
/** Signs of Windows-1252 that stand in texts: the euro, quotes, dashes, dots, the trademark. */
const USUAL_SIGNS = new Set([
  0x80, 0x85, 0x8a, 0x8c, 0x8e, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99, 0x9a, 0x9c, 0x9e,
]);
/** Of the letters of a text in a western European language, the most that have an accent. */
const MOST_ACCENTED = 0.25;

/**
 * The encoding by byte order mark, or by where the zero bytes of UTF-16 are; else UTF-8.
 * @param chosen the encoding; default: found out
 * @throws DataError for a binary file
 */
export async function openText(file: NamedBlob, chosen?: Encoding): Promise<TextFile> {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  if (chosen !== undefined) return { file, encoding: chosen, head: headOf(bytes, chosen), notices: [] };
  const { encoding, isMarked } = guessEncoding(file.name, bytes);
  const notices = isMarked ? [] : [`${file.name}: read as UTF-16, by its zero bytes; it has no byte order mark.`];
  return { file, encoding, head: headOf(bytes, encoding), notices };
}

const headOf = (bytes: Uint8Array, encoding: Encoding) => new TextDecoder(encoding).decode(bytes, { stream: true });

/**
 * A file that is not UTF-8 as Windows-1252, which it says in a notice; null where something speaks
 * against that.
 */
export async function asWindows(file: NamedBlob): Promise<TextFile | null> {
  const word = await windowsWord(file);
  if (word === null) return null;
  const notice =
    `${file.name}: the file is not UTF-8, and was read as Windows-1252 (for example ${quote(word)}). If letters are ` +
    'wrong, choose another encoding for it (in a configuration: "encoding" under "data").';
  const encoding = "windows-1252";
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  return { file, encoding, head: headOf(bytes, encoding), notices: [notice] };
}

/** A byte of a file that is read as UTF-8 is none of it. */
export class NotUtf8 extends DataError {}

function guessEncoding(file: string, bytes: Uint8Array): { encoding: Encoding; isMarked: boolean } {
  const begins = (...mark: number[]) => mark.every((byte, place) => bytes[place] === byte);
  if (begins(0xff, 0xfe, 0, 0) || begins(0, 0, 0xfe, 0xff)) throw utf32(file);
  if (begins(0xff, 0xfe)) return { encoding: "utf-16le", isMarked: true };
  if (begins(0xfe, 0xff)) return { encoding: "utf-16be", isMarked: true };
  const first = bytes.indexOf(0);
  if (first < 0) return { encoding: "utf-8", isMarked: true };
  // Of every four bytes, how many of the first, second, third and fourth ones are zero.
  const zeros = [0, 0, 0, 0];
  for (const [place, byte] of bytes.entries()) if (byte === 0) zeros[place % 4]!++;
  const quarter = bytes.length / 4;
  const [one, two, three, four] = zeros.map((count) => count / quarter) as [number, number, number, number];
  if ((four > 0.95 && three > 0.8 && one < 0.05) || (one > 0.95 && two > 0.8 && four < 0.05)) throw utf32(file);
  const [even, odd] = [one + three, two + four];
  if (odd > 0.6 && even < odd / 8) return { encoding: "utf-16le", isMarked: false };
  if (even > 0.6 && odd < even / 8) return { encoding: "utf-16be", isMarked: false };
  throw new DataError({
    file,
    what: `Byte ${formatCount(first)} is zero: this is a binary file, not a table of text.`,
    fix: "Choose a file of one of the kinds that are read; docs/data.md lists them.",
  });
}

function utf32(file: string): DataError {
  return new DataError({ file, what: "This is UTF-32 text, which is not read.", fix: "Save the file as UTF-8." });
}

/**
 * The first word with a byte above 127, where the file may be Windows-1252; null where it has
 * characters of UTF-8 as well, bytes that Windows-1252 lacks, or too many letters with accents for
 * a western European language.
 */
async function windowsWord(file: NamedBlob): Promise<string | null> {
  const decoder = new TextDecoder("windows-1252");
  let [accented, letters, sequence] = [0, 0, 0];
  let word: string | null = null;
  for await (const bytes of pieces(file)) {
    for (const byte of bytes) {
      if (NOT_WINDOWS.has(byte)) return null;
      // A lead byte of UTF-8 and all that belong to it.
      if (sequence > 0 && (byte & 0xc0) === 0x80) {
        sequence--;
        if (sequence === 0) return null;
      } else sequence = byte >= 0xc3 && byte < 0xf5 ? (byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1) : 0;
      // Bytes of Shift-JIS and its kin are rare signs here.
      if (byte >= 0xc0 || (byte >= 0x80 && byte < 0xa0 && !USUAL_SIGNS.has(byte))) accented++;
      else if ((byte | 32) >= 97 && (byte | 32) <= 122) letters++;
    }
    word ??= /[^\s,;"]*[\u0080-\uffff][^\s,;"]*/.exec(decoder.decode(bytes))?.[0] ?? null;
  }
  return accented > MOST_ACCENTED * (accented + letters) ? null : word;
}

/** The file's bytes, in pieces. */
async function* pieces(file: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = (file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (let from = 0; from < value.length; from += PIECE_BYTES) yield value.subarray(from, from + PIECE_BYTES);
    }
  } finally {
    await reader.cancel();
  }
}

/** Hands the whole text to `take`, pausing for the event loop every few milliseconds. */
export async function readPieces(
  { file, encoding }: TextFile,
  take: (piece: string) => void,
  onProgress?: ReadProgress,
): Promise<void> {
  let done = 0;
  const breathe = createBreather(() => onProgress?.(done, file.size));
  for await (const { text, bytesRead } of decodePieces(file, encoding)) {
    done = bytesRead;
    take(text);
    await breathe();
  }
  onProgress?.(file.size, file.size);
}

interface TextPiece {
  text: string;
  /** Bytes of the file read so far, this piece included. */
  bytesRead: number;
}

/**
 * The whole file as text, piece by piece, in constant memory.
 * @throws DataError at the first byte that does not belong to the encoding.
 */
async function* decodePieces(file: NamedBlob, encoding: Encoding): AsyncGenerator<TextPiece> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let bytesRead = 0;
  let tail = new Uint8Array(0);
  for await (const bytes of pieces(file)) {
    const text = await decodeOrExplain(() => decoder.decode(bytes, { stream: true }), file, encoding, bytesRead, [
      tail,
      bytes,
    ]);
    bytesRead += bytes.length;
    tail = bytes.slice(-3);
    yield { text, bytesRead };
  }
  const text = await decodeOrExplain(() => decoder.decode(), file, encoding, bytesRead, [tail, new Uint8Array(0)]);
  if (text) yield { text, bytesRead };
}

async function decodeOrExplain(
  decode: () => string,
  file: NamedBlob,
  encoding: Encoding,
  bytesBefore: number,
  [tail, bytes]: [Uint8Array, Uint8Array],
): Promise<string> {
  try {
    return decode();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    if (encoding !== "utf-8") {
      throw new DataError({
        file: file.name,
        what: `The ${encoding.toUpperCase()} text is broken at or shortly after byte ${formatCount(bytesBefore)}.`,
        fix: 'Choose another encoding, or save the file again as "CSV UTF-8".',
      });
    }
    const joined = new Uint8Array([...tail, ...bytes]);
    const inJoined = firstInvalidByte(joined);
    const offset = bytesBefore - tail.length + inJoined;
    const value = (joined[inJoined] ?? 0).toString(16).toUpperCase().padStart(2, "0");
    throw new NotUtf8({
      file: file.name,
      what:
        `The file is not UTF-8: byte ${formatCount(offset)} (0x${value}), ` +
        `on line ${formatCount(await lineOfByte(file, offset))}, is not valid there.`,
      fix: `${CHOOSE}. If only some lines are wrong, the file mixes encodings: correct them.`,
    });
  }
}

/**
 * Index of the first byte that begins no valid UTF-8 sequence. Continuation bytes at the very start
 * belong to what came before.
 */
function firstInvalidByte(bytes: Uint8Array): number {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  const decodes = (end: number, stream: boolean) => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start, end), { stream });
      return true;
    } catch {
      return false;
    }
  };
  let good = start;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(middle, true)) good = middle;
    else bad = middle;
  }
  // `good` bytes decode when more may follow; step back over the lead bytes of a sequence that is
  // never completed.
  while (good > start && !decodes(good, false)) good--;
  return good;
}

/** 1-based line (by line feeds, or by carriage returns where there are none) that holds a byte. */
async function lineOfByte(file: NamedBlob, offset: number): Promise<number> {
  let feeds = 0;
  let returns = 0;
  const reader = (file.slice(0, offset).stream() as ReadableStream<Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return 1 + (feeds || returns);
    for (const byte of value) {
      if (byte === 10) feeds++;
      else if (byte === 13) returns++;
    }
  }
}
