/** Commands for the processor: what is recorded is carried out in order when it is submitted. */

import type { Commands, CompiledDispatches, DeviceBuffer } from "../executor";
import type { ProcessorDispatches } from "./dispatches";
import type { HeapBuffer } from "./heap";

export class ProcessorCommands implements Commands {
  readonly #steps: (() => void | Promise<void>)[] = [];

  run(dispatches: CompiledDispatches): void {
    this.#steps.push(() => (dispatches as ProcessorDispatches).run());
  }

  copy(from: DeviceBuffer, fromOffset: number, to: DeviceBuffer, toOffset: number, bytes: number): void {
    const [source, target] = [(from as HeapBuffer).bytes, (to as HeapBuffer).bytes];
    this.#steps.push(() => target.set(source.subarray(fromOffset, fromOffset + bytes), toOffset));
  }

  clear(buffer: DeviceBuffer, offset = 0, bytes = buffer.size - offset): void {
    this.#steps.push(() => void (buffer as HeapBuffer).bytes.fill(0, offset, offset + bytes));
  }

  /** Something of the host's in its turn. */
  call(step: () => void): void {
    this.#steps.push(step);
  }

  async submit(): Promise<void> {
    for (const step of this.#steps) await step();
  }
}
