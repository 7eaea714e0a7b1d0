/** Writing the safetensors file format, byte for byte as the Python library does. */

/** A float32 tensor with its values, row-major. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Writes float32 tensors as the Python library does: header padded with spaces to 8 bytes, tensors
 * sorted by name.
 * @throws Error naming the tensor when its shape and number of values differ, or when a name comes
 * twice.
 */
export function writeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Record<string, string> = { format: "pt" },
): Uint8Array<ArrayBuffer> {
  const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const header = new Map<string, unknown>([["__metadata__", metadata]]);
  let offset = 0;
  for (const { name, shape, data } of sorted) {
    const elements = shape.reduce((product, size) => product * size, 1);
    if (elements !== data.length) {
      throw new Error(`Tensor "${name}" of shape [${shape}] needs ${elements} values, but has ${data.length}.`);
    }
    if (header.has(name)) {
      throw new Error(`Tensor "${name}" is given twice; names in a safetensors file must differ.`);
    }
    header.set(name, { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] });
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + headerBytes);
  const values = new Float32Array(bytes.buffer, 8 + headerBytes);
  let element = 0;
  for (const { data } of sorted) {
    values.set(data, element);
    element += data.length;
  }
  return bytes;
}
