/**
 * Writes a safetensors file piece by piece, so that a whole model is never held in memory.
 * Not for: small files (`write-safetensors.ts` writes those at once).
 */

import { LARGEST_FLOAT16, toFloat16 } from "./float16";

export const storedTypes = ["float32", "float16", "bfloat16"] as const;
export type StoredType = (typeof storedTypes)[number];

const TYPES = { float32: ["F32", 4], float16: ["F16", 2], bfloat16: ["BF16", 2] } as const;

/** A tensor whose values come in order, in pieces of any length. */
export interface StreamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  stream(onPiece: (values: Float32Array) => void): Promise<void>;
}

const elementsOf = ({ shape }: StreamedTensor) => shape.reduce((product, size) => product * size, 1);

/** Bytes of all values in that type, without the header. */
export function streamedBytes(tensors: readonly StreamedTensor[], type: StoredType): number {
  return tensors.reduce((sum, tensor) => sum + elementsOf(tensor), 0) * TYPES[type][1];
}

/**
 * Hands the file over in order: header, then every tensor, sorted by name. `write` gets memory of
 * its own each time.
 * @throws Error naming the tensor when a name comes twice, its values are not as many as its shape
 * says, or float16 cannot hold one of them.
 */
export async function streamSafetensors(
  tensors: readonly StreamedTensor[],
  type: StoredType,
  write: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const [dtype, bytesEach] = TYPES[type];
  const header = new Map<string, unknown>([["__metadata__", { format: "pt" }]]);
  let offset = 0;
  for (const tensor of sorted) {
    const { name, shape } = tensor;
    if (header.has(name)) throw new Error(`Tensor "${name}" is given twice; names in a safetensors file must differ.`);
    const end = offset + elementsOf(tensor) * bytesEach;
    header.set(name, { dtype, shape, data_offsets: [offset, end] });
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
  start.set(json, 8);
  write(start);
  for (const tensor of sorted) {
    let written = 0;
    await tensor.stream((values) => {
      written += values.length;
      write(encode(values, type, tensor.name));
    });
    if (written !== elementsOf(tensor)) {
      throw new Error(`Tensor "${tensor.name}" of shape [${tensor.shape}] came with ${written} values.`);
    }
  }
}

function encode(values: Float32Array, type: StoredType, name: string): Uint8Array<ArrayBuffer> {
  if (type === "float32") return new Uint8Array(values.slice().buffer);
  const halves = new Uint16Array(values.length);
  if (type === "bfloat16") {
    toBfloat16(values, halves);
  } else {
    const tooLarge = toFloat16(values, halves);
    if (tooLarge >= 0) {
      throw new Error(
        `Tensor "${name}" holds ${values[tooLarge]}, but float16 ends at ${LARGEST_FLOAT16}. Choose float32 or bfloat16.`,
      );
    }
  }
  return new Uint8Array(halves.buffer);
}

/** The nearest bfloat16 of every value, ties to even; NaN stays NaN. */
function toBfloat16(values: Float32Array, target: Uint16Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let index = 0; index < bits.length; index++) {
    const word = bits[index]!;
    target[index] = Number.isNaN(values[index]) ? 0x7fc0 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
}
