/**
 * Tensors of a safetensors file in memory. Not for base models, whose tensors stream:
 * `hub/weights.ts`.
 */

import { readSafetensors } from "../hub/safetensors";
import { checkFinite, streamTensor } from "../hub/safetensors-values";
import { bytesFile } from "../hub/sources";
import type { NamedTensor } from "../hub/write-safetensors";

/**
 * All tensors as float32 under the names that `rename` gives; null leaves a tensor out.
 * @throws Error naming `file` when it is malformed, and the tensor when a value is not finite.
 */
export async function readTensors(
  file: string,
  bytes: Uint8Array,
  rename: (name: string) => string | null,
): Promise<NamedTensor[]> {
  const { tensors } = await readSafetensors(bytesFile(file, bytes));
  const read: NamedTensor[] = [];
  for (const entry of tensors.values()) {
    const name = rename(entry.name);
    if (name === null) continue;
    const data = new Float32Array(entry.shape.reduce((product, size) => product * size, 1));
    await streamTensor(entry, (values, offset) => {
      checkFinite(entry, values, offset);
      data.set(values, offset);
    });
    read.push({ name, shape: entry.shape, data });
  }
  return read;
}
