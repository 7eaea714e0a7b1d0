/**
 * An executor that only records what is allocated and written: for code that sizes buffers but
 * computes nothing with them.
 */

import type { Allocation, Executor } from "../../../src/executors/executor";

export interface RecordedBuffer extends Allocation {
  readonly bytes: number;
  readonly written: Float32Array | null;
  released: boolean;
}

export function recordingExecutor(): { executor: Executor; buffers: RecordedBuffer[] } {
  const buffers: RecordedBuffer[] = [];
  const memory = {
    allocate(bytes: number, allocation: Allocation) {
      const buffer: RecordedBuffer = { ...allocation, bytes, written: null, released: false };
      buffers.push(buffer);
      return buffer;
    },
    release(buffer: RecordedBuffer) {
      buffer.released = true;
    },
  };
  const write: Executor["write"] = (buffer, values, offset = 0) => {
    if (offset !== 0) throw new Error("Only whole buffers are recorded.");
    (buffer as unknown as { written: Float32Array }).written = Float32Array.from(values);
  };
  return { executor: { memory, write } as unknown as Executor, buffers };
}
