/** One batch of one shape on the GPU, filled again and again; all runs of a comparison read the same one. */

import type { BatchArrays } from "../data/batches";
import type { Engine } from "./engine";

export class BatchBuffers {
  readonly size: number;
  readonly tokens: number;
  readonly ids: GPUBuffer;
  readonly lengths: GPUBuffer;
  readonly labels: GPUBuffer;
  readonly #engine: Engine;

  constructor(engine: Engine, size: number, tokens: number, owner: string) {
    this.#engine = engine;
    this.size = size;
    this.tokens = tokens;
    const allocate = (label: string, count: number) =>
      engine.memory.allocate(count * 4, { label, category: "runtime", owner });
    this.ids = allocate("input ids", size * tokens);
    this.lengths = allocate("lengths", size);
    this.labels = allocate("labels", size);
  }

  /** Queued before whatever is submitted next. */
  upload({ inputIds, lengths, labels }: BatchArrays): void {
    const { queue } = this.#engine.device;
    queue.writeBuffer(this.ids, 0, inputIds.buffer, inputIds.byteOffset, inputIds.byteLength);
    queue.writeBuffer(this.lengths, 0, lengths.buffer, lengths.byteOffset, lengths.byteLength);
    queue.writeBuffer(this.labels, 0, labels.buffer, labels.byteOffset, labels.byteLength);
  }
}
