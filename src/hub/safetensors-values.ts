/**
 * Values of tensors in safetensors files, whole or streamed as float32. JavaScript's typed arrays
 * are little-endian wherever browsers and Node run, so values are viewed and not swapped.
 */

import { shortened } from "../errors/shortened";
import { float16Values } from "./float16";
import { entryElements, malformed, type SafetensorsEntry, TYPE_BITS } from "./safetensors";
import type { ModelFile } from "./types";

/** Elements converted at a time when the caller has no wish of its own: 4 MiB of float32. */
const DEFAULT_CHUNK_ELEMENTS = 1 << 20;

/** Views bytes as `Type`; copies only where they do not lie on the type's boundary. */
function view<T>(
  bytes: Uint8Array,
  Type: { new (buffer: ArrayBufferLike, offset: number, length: number): T; BYTES_PER_ELEMENT: number },
): T {
  const size = Type.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new Type(aligned.buffer, aligned.byteOffset, aligned.byteLength / size);
}

/** Converts little-endian values of one type to float32; `target` has exactly as many elements. */
function convert(entry: SafetensorsEntry, bytes: Uint8Array, target: Float32Array): void {
  switch (entry.type) {
    case "F32":
      target.set(view(bytes, Float32Array));
      return;
    case "F64":
      target.set(view(bytes, Float64Array));
      return;
    case "F16": {
      const table = float16Values();
      const source = view(bytes, Uint16Array);
      for (let i = 0; i < source.length; i++) {
        target[i] = table[source[i] as number] as number;
      }
      return;
    }
    case "BF16": {
      const source = view(bytes, Uint16Array);
      const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
      for (let i = 0; i < source.length; i++) {
        bits[i] = (source[i] as number) << 16;
      }
      return;
    }
    default:
      throw new Error(
        `${entry.file.name}: tensor "${entry.name}" has type ${entry.type}; weights must be F32, F16, BF16 or F64. ` +
          "Choose a model stored in one of these types.",
      );
  }
}

async function readBytes(file: ModelFile, begin: number, end: number): Promise<Uint8Array> {
  const bytes = await file.read(begin, end);
  if (bytes.byteLength !== end - begin) {
    throw malformed(file, `bytes ${begin} to ${end} were asked for, but only ${bytes.byteLength} came`);
  }
  return bytes;
}

/**
 * Reads a tensor (F32, F16, BF16 or F64) piece by piece as float32, so that it is never held whole.
 * The next piece is read while `onChunk` works on the last one.
 * @param onChunk receives the values and the index of the first one in the tensor. The array is
 * used again for the next piece once the returned promise has settled: copy what must last.
 * @param chunkElements most elements per piece.
 * @throws Error naming file and tensor when the type cannot be converted or the file ends early.
 */
export async function streamTensor(
  entry: SafetensorsEntry,
  onChunk: (values: Float32Array, elementOffset: number) => void | Promise<void>,
  chunkElements = DEFAULT_CHUNK_ELEMENTS,
): Promise<void> {
  const elements = entryElements(entry);
  const bytesEach = TYPE_BITS[entry.type] / 8;
  const buffer = new Float32Array(Math.min(elements, chunkElements));
  const read = (from: number) => {
    const to = Math.min(from + chunkElements, elements);
    const promise = readBytes(entry.file, entry.begin + from * bytesEach, entry.begin + to * bytesEach);
    // Awaited one turn of the loop later; until then a failure must not count as unhandled.
    promise.catch(() => {});
    return promise;
  };
  let pending = elements > 0 ? read(0) : null;
  for (let from = 0; pending; from += chunkElements) {
    const bytes: Uint8Array = await pending;
    const next = from + chunkElements;
    pending = next < elements ? read(next) : null;
    const values = buffer.subarray(0, Math.min(chunkElements, elements - from));
    convert(entry, bytes, values);
    await onChunk(values, from);
  }
}

/**
 * Checks values of a tensor; `offset`: the index of the first one in it.
 * @throws Error naming file, tensor and index of the first that is infinite or not a number.
 */
export function checkFinite(entry: SafetensorsEntry, values: Float32Array, offset: number): void {
  // Zero times a number is zero, and times anything else is not: one pass without a branch.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  if (sum === 0) return;
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw new Error(
    `${entry.file.name}: tensor "${shortened(entry.name)}" holds ${values[index]} at index ${offset + index}; weights must ` +
      "be finite numbers. The training that wrote it failed, or the file is damaged.",
  );
}

/**
 * Reads a whole small tensor: float32 for F32, F16 and BF16, float64 for F64, int32 for I32.
 * @throws Error naming file and tensor for any other type.
 */
export async function readTensor(entry: SafetensorsEntry): Promise<Float32Array | Float64Array | Int32Array> {
  const bytes = await readBytes(entry.file, entry.begin, entry.end);
  if (entry.type === "I32") {
    return view(new Uint8Array(bytes), Int32Array);
  }
  if (entry.type === "F64") {
    return view(new Uint8Array(bytes), Float64Array);
  }
  const values = new Float32Array(entryElements(entry));
  convert(entry, bytes, values);
  return values;
}
