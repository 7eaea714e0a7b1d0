/**
 * The safetensors file format: a strict reader of the header. Not for: values
 * (`safetensors-values.ts`), writing (`write-safetensors.ts`), finding a tensor across shards
 * (`weights.ts`) or knowing what a tensor means.
 *
 * Layout: u64 little-endian header length N, N bytes of UTF-8 JSON, data. Every entry has `dtype`,
 * `shape` and `data_offsets` `[begin, end)` relative to the end of the header; the entries must
 * tile the data, no gap, no overlap.
 */

import { shortened, shortenedJson } from "../errors/shortened";
import { strictJson } from "./json";
import type { ModelFile } from "./types";

/** Bits of one element. */
export const TYPE_BITS = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
} as const;

export type SafetensorsType = keyof typeof TYPE_BITS;

/** One tensor of a file. `begin` and `end` are byte offsets in the file. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly type: SafetensorsType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
  readonly file: ModelFile;
}

export interface SafetensorsFile {
  readonly file: ModelFile;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

/** The format's own bound on the header, in bytes. */
export const MAX_HEADER_BYTES = 100_000_000;

/** The error of a file that breaks the format. */
export function malformed(file: ModelFile, what: string): Error {
  return new Error(`${file.name}: ${what}. The file is damaged or not a safetensors file; get it again.`);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function readHeader(file: ModelFile): Promise<{ header: Record<string, unknown>; dataStart: number }> {
  if (file.size < 8) {
    throw malformed(file, `it has ${file.size} bytes, but the header length alone takes 8`);
  }
  const prefix = await file.read(0, 8);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw malformed(file, `its header claims ${length} bytes, but at most ${MAX_HEADER_BYTES} are allowed`);
  }
  const dataStart = 8 + Number(length);
  if (dataStart > file.size) {
    throw malformed(file, `its header claims ${length} bytes, but only ${file.size - 8} follow`);
  }
  const bytes = await file.read(8, dataStart);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed(file, `its header of ${length} bytes is not UTF-8 text`);
  }
  let header: unknown;
  try {
    header = strictJson(text);
  } catch (error) {
    throw malformed(file, `its header of ${length} bytes ${(error as Error).message}`);
  }
  if (!isObject(header)) {
    throw malformed(file, "its header is not a JSON object");
  }
  return { header, dataStart };
}

function readMetadata(file: ModelFile, value: unknown): Map<string, string> {
  // Rust's reader takes null as none.
  if (value === null) return new Map();
  if (!isObject(value)) {
    throw malformed(file, "its __metadata__ is not a JSON object");
  }
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") {
      throw malformed(file, `its __metadata__ entry "${shortened(key)}" is not text`);
    }
    metadata.set(key, text);
  }
  return metadata;
}

function readEntry(file: ModelFile, dataStart: number, name: string, value: unknown): SafetensorsEntry {
  const where = `tensor "${shortened(name)}"`;
  if (!isObject(value)) {
    throw malformed(file, `${where} is not described by a JSON object`);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(TYPE_BITS, dtype)) {
    const known = Object.keys(TYPE_BITS).join(", ");
    throw malformed(file, `${where} has the unknown type ${shortenedJson(dtype)}; known types are ${known}`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw malformed(file, `${where} has the shape ${shortenedJson(shape)}, which is not a list of sizes`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw malformed(file, `${where} has the data_offsets ${shortenedJson(offsets)}, which is not [begin, end]`);
  }
  const [begin, end] = offsets as [number, number];
  const dataBytes = file.size - dataStart;
  if (begin > end) {
    throw malformed(file, `${where} begins at byte ${begin}, after its end at byte ${end}`);
  }
  if (end > dataBytes) {
    throw malformed(file, `${where} ends at byte ${end}, but the file holds only ${dataBytes} bytes of data`);
  }
  const type = dtype as SafetensorsType;
  const bits = shape.reduce((product: number, size: number) => product * size, TYPE_BITS[type]);
  if (bits !== (end - begin) * 8) {
    const needed = Number.isSafeInteger(bits) ? `${bits / 8} bytes` : "more bytes than can be counted";
    throw malformed(
      file,
      `${where} of type ${type} and shape ${shortenedJson(shape)} needs ${needed}, but has ${end - begin}`,
    );
  }
  return { name, type, shape, begin: dataStart + begin, end: dataStart + end, file };
}

/** Every byte of the data belongs to one tensor. */
function checkTiling(file: ModelFile, dataStart: number, entries: SafetensorsEntry[]): void {
  const sorted = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let previous = "the header";
  let covered = dataStart;
  for (const entry of sorted) {
    const begin = entry.begin - dataStart;
    if (entry.begin < covered) {
      const end = covered - dataStart;
      throw malformed(
        file,
        `tensor "${shortened(entry.name)}" begins at byte ${begin}, inside ${previous}, which ends at ${end}`,
      );
    }
    if (entry.begin > covered) {
      const gap = entry.begin - covered;
      throw malformed(
        file,
        `${gap} bytes before tensor "${shortened(entry.name)}" (byte ${begin}) belong to no tensor`,
      );
    }
    previous = `tensor "${shortened(entry.name)}"`;
    covered = entry.end;
  }
  if (covered !== file.size) {
    const claimed = covered - dataStart;
    const held = file.size - dataStart;
    throw malformed(file, `its tensors cover ${claimed} bytes of data, but it holds ${held}`);
  }
}

/**
 * Reads and checks the header; no tensor data is read.
 * @throws Error naming file, tensor and both numbers for anything the format does not allow.
 */
export async function readSafetensors(file: ModelFile): Promise<SafetensorsFile> {
  const { header, dataStart } = await readHeader(file);
  let metadata = new Map<string, string>();
  const tensors = new Map<string, SafetensorsEntry>();
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") {
      metadata = readMetadata(file, value);
    } else {
      tensors.set(name, readEntry(file, dataStart, name, value));
    }
  }
  checkTiling(file, dataStart, [...tensors.values()]);
  return { file, metadata, tensors };
}

/** Number of elements of an entry. */
export function entryElements(entry: SafetensorsEntry): number {
  return entry.shape.reduce((product, size) => product * size, 1);
}
