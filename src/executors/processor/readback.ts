/**
 * The way back to the host where nothing has to be waited for: a copy is there when its step is
 * done.
 */

import type { Commands, DeviceBuffer, ReadbackRing, ReadbackRingOptions } from "../executor";
import type { ProcessorCommands } from "./commands";
import type { HeapBuffer } from "./heap";

export class HeapReadbackRing<Tag> implements ReadbackRing<Tag> {
  readonly #options: ReadbackRingOptions;
  readonly #deliver: (data: ArrayBuffer, tag: Tag) => void;
  #arrived: { data: ArrayBuffer; tag: Tag }[] = [];
  #recorded = 0;
  #failure: Error | null = null;

  constructor(options: ReadbackRingOptions, deliver: (data: ArrayBuffer, tag: Tag) => void) {
    this.#options = options;
    this.#deliver = deliver;
  }

  async ready(): Promise<void> {
    if (this.#failure) throw this.#failure;
  }

  push(commands: Commands, source: DeviceBuffer, bytes: number, tag: Tag): void {
    const { slots, bytes: most } = this.#options;
    if (bytes > most) throw new RangeError(`A readback of ${bytes} bytes; the slots have ${most}.`);
    if (this.#recorded === slots) throw new Error("No readback slot is free: await `ready` first.");
    this.#recorded++;
    (commands as ProcessorCommands).call(() => {
      this.#arrived.push({ data: copyOf(source as HeapBuffer, bytes), tag });
    });
  }

  submitted(): void {
    const arrived = this.#arrived;
    this.#arrived = [];
    this.#recorded = 0;
    for (const { data, tag } of arrived) {
      try {
        this.#deliver(data, tag);
      } catch (error) {
        this.#failure ??= error as Error;
      }
    }
  }

  async drained(): Promise<void> {
    if (this.#failure) throw this.#failure;
  }

  release(): void {
    this.#arrived = [];
  }
}

/** The first bytes of a buffer in memory that no other thread shares. */
export function copyOf({ bytes }: HeapBuffer, count: number): ArrayBuffer {
  const copy = new Uint8Array(count);
  copy.set(bytes.subarray(0, count));
  return copy.buffer;
}
