/**
 * Bytes to text, strictly and in pieces: UTF-8 or, with a byte order mark, UTF-16. Knows nothing of
 * rows. A byte order mark is removed; a byte that is not text is an error that says where it is.
 */

import { DataError, formatCount } from "../errors";

export type NamedBlob = Blob & { readonly name: string };
export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

export interface TextPiece {
  text: string;
  /** Bytes of the file read so far, this piece included. */
  bytesRead: number;
}

const HEAD_BYTES = 64 * 1024;
/** Small enough that parsing one piece stays well below a visible pause. */
const PIECE_BYTES = 128 * 1024;
const RESAVE = 'Save it again as "CSV UTF-8" in your spreadsheet, or convert it with: iconv -f WINDOWS-1252 -t UTF-8';

/**
 * The encoding by byte order mark, and the beginning of the file's text for guessing its format (up
 * to 64 KiB, possibly ending inside a character).
 * @throws DataError for an empty file, a workbook or other binary file.
 */
export async function sniffEncoding(file: NamedBlob): Promise<{ encoding: Encoding; head: string }> {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  if (bytes.length === 0) {
    throw new DataError({
      file: file.name,
      what: "The file is empty (0 bytes).",
      fix: "Choose a CSV, TSV or JSONL file with a header row and at least two labelled rows.",
    });
  }
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4) {
    throw new DataError({
      file: file.name,
      what: "This is a zip archive or an Excel or OpenDocument workbook, not a text table.",
      fix: 'Open it in your spreadsheet and save the sheet as "CSV UTF-8".',
    });
  }
  const encoding: Encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";
  const zero = encoding === "utf-8" ? bytes.indexOf(0) : -1;
  if (zero >= 0) {
    throw new DataError({
      file: file.name,
      what: `Byte ${formatCount(zero)} is zero: this is a binary file, or UTF-16 text without a byte order mark.`,
      fix: 'If it is a table, save it again as "CSV UTF-8".',
    });
  }
  return { encoding, head: new TextDecoder(encoding).decode(bytes, { stream: true }) };
}

/**
 * The whole file as text, piece by piece, in constant memory.
 * @throws DataError at the first byte that does not belong to the encoding.
 */
export async function* decodePieces(file: NamedBlob, encoding: Encoding): AsyncGenerator<TextPiece> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const reader = (file.stream() as ReadableStream<Uint8Array>).getReader();
  let bytesRead = 0;
  let tail = new Uint8Array(0);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      for (let from = 0; from < value.length; from += PIECE_BYTES) {
        const bytes = value.subarray(from, from + PIECE_BYTES);
        const text = await decodeOrExplain(() => decoder.decode(bytes, { stream: true }), file, encoding, bytesRead, [
          tail,
          bytes,
        ]);
        bytesRead += bytes.length;
        tail = bytes.slice(-3);
        yield { text, bytesRead };
      }
    }
    const text = await decodeOrExplain(() => decoder.decode(), file, encoding, bytesRead, [tail, new Uint8Array(0)]);
    if (text) yield { text, bytesRead };
  } finally {
    await reader.cancel();
  }
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
        what: `The UTF-16 text is broken at or shortly after byte ${formatCount(bytesBefore)}.`,
        fix: 'Save it again as "CSV UTF-8".',
      });
    }
    const joined = new Uint8Array([...tail, ...bytes]);
    const inJoined = firstInvalidByte(joined);
    const offset = bytesBefore - tail.length + inJoined;
    const value = (joined[inJoined] ?? 0).toString(16).toUpperCase().padStart(2, "0");
    throw new DataError({
      file: file.name,
      what:
        `The file is not UTF-8: byte ${formatCount(offset)} (0x${value}), ` +
        `on line ${formatCount(await lineOfByte(file, offset))}, is not valid there.`,
      fix: `${RESAVE}.`,
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
