/**
 * Memory that is only alive within one step: saved activations, working memory, logits. Steps never
 * overlap, so all runs and all batch shapes share the same buffers, each as large as the largest
 * that anybody asked for in its place.
 */

import type { DeviceBuffer, Executor } from "../executors/executor";

/** A claim on the workspace: `buffer(i)` is the place of the i-th size asked for. */
export interface Claim {
  buffer(index: number): DeviceBuffer;
}

export class Workspace {
  readonly #executor: Executor;
  readonly #owner: string;
  /** Largest first. */
  readonly #sizes: number[] = [];
  #buffers: DeviceBuffer[] | null = null;

  constructor(executor: Executor, owner: string) {
    this.#executor = executor;
    this.#owner = owner;
  }

  /** Claims buffers of at least these sizes in bytes; all claims come before `allocate`. */
  claim(sizes: readonly number[]): Claim {
    if (this.#buffers) throw new Error("The workspace is allocated already.");
    const order = sizes.map((size, index) => ({ size, index })).sort((a, b) => b.size - a.size);
    const places = new Map(order.map(({ index }, place) => [index, place]));
    order.forEach(({ size }, place) => {
      this.#sizes[place] = Math.max(this.#sizes[place] ?? 0, size);
    });
    return {
      buffer: (index) => {
        const buffer = this.#buffers?.[places.get(index) ?? -1];
        if (!buffer) throw new Error("The workspace is not allocated yet.");
        return buffer;
      },
    };
  }

  allocate(): void {
    this.#buffers = this.#sizes.map((size, place) =>
      this.#executor.memory.allocate(size, {
        label: `workspace ${place}`,
        category: "activations",
        owner: this.#owner,
      }),
    );
  }

  release(): void {
    for (const buffer of this.#buffers ?? []) this.#executor.memory.release(buffer);
  }
}
