/** Initial values that the host computes from frozen matrices, which it reads back for that. */

import type { Leaves } from "../base/leaves";
import { createBreather } from "../data/breathe";
import type { DeviceBuffer, Executor } from "../executors/executor";
import { float16Values } from "../hub/float16";
import { storedTensors } from "../program/row-parts";
import { elementBytes, elementCount, type FromWeight, type Tensor } from "../program/tensor";

/** A tensor that starts from a frozen matrix, and its buffer. */
export interface StartedFromWeight {
  readonly tensor: Tensor;
  readonly start: FromWeight;
  readonly buffer: DeviceBuffer;
}

/**
 * Fills the buffers. Every matrix is read once. `source`: a weight's buffer. `progress` is called
 * before the first matrix and after each.
 */
export async function startFromWeights(
  executor: Executor,
  started: readonly StartedFromWeight[],
  source: Leaves,
  progress?: (done: number, total: number) => void,
): Promise<void> {
  const breathe = createBreather();
  const weights = new Set(started.map(({ start }) => start.weight));
  let done = 0;
  if (weights.size > 0) progress?.(done, weights.size);
  for (const weight of weights) {
    const values = await read(executor, weight, source);
    for (const { tensor, start, buffer } of started) {
      if (start.weight !== weight) continue;
      const computed = start.values(values);
      if (computed.length !== elementCount(tensor.shape)) {
        throw new Error(`"${tensor.name}" [${tensor.shape}] cannot start with ${computed.length} values.`);
      }
      executor.write(buffer, computed);
      await breathe();
    }
    progress?.(++done, weights.size);
  }
}

/** A frozen matrix as float32, also where it is kept as float16 or in parts. */
async function read(executor: Executor, weight: Tensor, source: Leaves): Promise<Float32Array> {
  const whole = new Float32Array(elementCount(weight.shape));
  let offset = 0;
  for (const part of storedTensors(weight)) {
    const count = elementCount(part.shape);
    const isNarrow = source(part).size < count * elementBytes("float32");
    const bytes = await executor.read(source(part), count * elementBytes(isNarrow ? "float16" : "float32"));
    if (isNarrow) {
      const table = float16Values();
      for (const [index, bits] of new Uint16Array(bytes).entries()) whole[offset + index] = table[bits]!;
    } else whole.set(new Float32Array(bytes), offset);
    offset += count;
  }
  return whole;
}
