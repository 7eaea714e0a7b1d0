/** An engine that only records what is allocated and written: for code that sizes buffers but computes nothing with them. */

import type { Allocation } from "../../../src/executors/webgpu/memory";
import type { Engine } from "../../../src/training/engine";

export interface RecordedBuffer extends Allocation {
  readonly bytes: number;
  readonly written: Float32Array | null;
  released: boolean;
}

export function recordingEngine(): { engine: Engine; buffers: RecordedBuffer[] } {
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
  const queue = {
    writeBuffer(buffer: { written: Float32Array }, start: number, data: ArrayBuffer, from: number, bytes: number) {
      if (start !== 0) throw new Error("Only whole buffers are recorded.");
      buffer.written = new Float32Array(data.slice(from, from + bytes));
    },
  };
  return { engine: { memory, device: { queue } } as unknown as Engine, buffers };
}
