/**
 * Copies GPU buffers back to the host: once and awaited, or in a loop that never waits for the
 * copy. Not for moving more than small results in the loop.
 */

import type { Commands, DeviceBuffer, ReadbackRing, ReadbackRingOptions } from "../executor";
import { encoderOf } from "./commands";
import type { GpuMemory } from "./memory";

/**
 * The first `bytes` bytes of a buffer, at once. Not for the training loop: it waits for all work
 * submitted before.
 */
export async function readBuffer(
  device: GPUDevice,
  buffer: GPUBuffer,
  bytes: number = buffer.size,
): Promise<ArrayBuffer> {
  const size = Math.ceil(bytes / 4) * 4;
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const staging = device.createBuffer({ label: `reading ${buffer.label}`, size, usage });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    return staging.getMappedRange().slice(0, bytes);
  } finally {
    staging.destroy();
  }
}

/** Staging buffers, taken in turn. */
export class GpuReadbackRing<Tag> implements ReadbackRing<Tag> {
  readonly #memory: GpuMemory;
  readonly #buffers: GPUBuffer[];
  readonly #bytes: number;
  readonly #deliver: (data: ArrayBuffer, tag: Tag) => void;
  readonly #free: GPUBuffer[];
  /** Encoded but not yet submitted. */
  #encoded: { buffer: GPUBuffer; bytes: number; tag: Tag }[] = [];
  /**
   * One promise per copy in flight, oldest first; each resolves after its delivery and never before
   * an older one.
   */
  readonly #flying: Promise<void>[] = [];
  #failure: Error | null = null;

  constructor(
    memory: GpuMemory,
    { slots, bytes, owner, label = "readback" }: ReadbackRingOptions,
    deliver: (data: ArrayBuffer, tag: Tag) => void,
  ) {
    this.#memory = memory;
    this.#bytes = bytes;
    this.#deliver = deliver;
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    this.#buffers = Array.from({ length: slots }, () =>
      memory.allocate(bytes, { label, category: "runtime", owner, usage }),
    );
    this.#free = [...this.#buffers];
  }

  /**
   * Resolves when `push` may be called: at once, or when the oldest copy is delivered. Rejects if a
   * copy has failed.
   */
  async ready(): Promise<void> {
    while (!this.#failure && this.#free.length === 0) {
      const oldest = this.#flying[0];
      if (!oldest) throw new Error("All readback slots are encoded, but `submitted` was not called.");
      await oldest;
    }
    if (this.#failure) throw this.#failure;
  }

  /**
   * Records the copy of the first `bytes` bytes of `source`. Throws if no slot is free or the copy
   * is too large.
   */
  push(commands: Commands, source: DeviceBuffer, bytes: number, tag: Tag): void {
    if (bytes > this.#bytes) throw new RangeError(`A readback of ${bytes} bytes; the slots have ${this.#bytes}.`);
    const buffer = this.#free.shift();
    if (!buffer) throw new Error("No readback slot is free: await `ready` first.");
    encoderOf(commands).copyBufferToBuffer(source as GPUBuffer, 0, buffer, 0, Math.ceil(bytes / 4) * 4);
    this.#encoded.push({ buffer, bytes, tag });
  }

  /**
   * To be called after the command buffer with the copies is submitted: starts waiting for them.
   */
  submitted(): void {
    for (const { buffer, bytes, tag } of this.#encoded) {
      const mapped = buffer.mapAsync(GPUMapMode.READ);
      const before = this.#flying.at(-1);
      const flight = (async () => {
        try {
          await mapped;
          await before;
          const data = buffer.getMappedRange().slice(0, bytes);
          buffer.unmap();
          this.#free.push(buffer);
          this.#deliver(data, tag);
        } catch (error) {
          this.#failure ??= error as Error;
        } finally {
          this.#flying.shift();
        }
      })();
      this.#flying.push(flight);
    }
    this.#encoded = [];
  }

  /**
   * Resolves when everything submitted is delivered; rejects with the first failure (a lost device,
   * or the callback's).
   */
  async drained(): Promise<void> {
    await this.#flying.at(-1);
    if (this.#failure) throw this.#failure;
  }

  /** Frees the staging buffers; copies in flight are dropped. */
  release(): void {
    for (const buffer of this.#buffers) this.#memory.release(buffer);
  }
}
