/**
 * Memory of the processor executor: buffers inside the memory of onnxruntime's WebAssembly module,
 * so that sessions and loops work on them where they lie. Not for what onnxruntime allocates for
 * itself, which is counted as the rest of that memory.
 */

import { type Bytes, noBytes } from "../bytes";
import type { Allocation, DeviceBuffer, DeviceMemory } from "../executor";
import { ADDRESSABLE, outOfMemory } from "./limits";
import type { OrtModule } from "./module";

export class HeapBuffer implements DeviceBuffer {
  readonly label: string;
  readonly size: number;
  readonly pointer: number;
  /** The same bytes as numbers of each kind. */
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  readonly bytes: Uint8Array;

  constructor(memory: ArrayBufferLike, label: string, pointer: number, size: number) {
    this.label = label;
    this.size = size;
    this.pointer = pointer;
    // The memory is shared between threads: views stay valid when it grows.
    this.f32 = new Float32Array(memory, pointer, size / 4);
    this.i32 = new Int32Array(memory, pointer, size / 4);
    this.bytes = new Uint8Array(memory, pointer, size);
  }
}

export class HeapMemory implements DeviceMemory {
  readonly #module: () => OrtModule;
  readonly #owned = new Map<HeapBuffer, Allocation>();

  /** `module` throws where onnxruntime is not loaded yet. */
  constructor(module: () => OrtModule) {
    this.#module = module;
  }

  allocate(bytes: number, allocation: Allocation): HeapBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const { label } = allocation;
    const module = this.#module();
    const pointer = size < ADDRESSABLE ? module._malloc(size) >>> 0 : 0;
    if (pointer === 0) throw outOfMemory(module, `"${label}" needs ${size} bytes`, label, size);
    const buffer = new HeapBuffer(module.HEAPU8.buffer, label, pointer, size);
    buffer.bytes.fill(0);
    this.#owned.set(buffer, allocation);
    return buffer;
  }

  async settled(): Promise<void> {}

  release(buffer: DeviceBuffer): void {
    if (this.#owned.delete(buffer as HeapBuffer)) this.#module()._free((buffer as HeapBuffer).pointer);
  }

  releaseOwner(owner: string): void {
    for (const [buffer, allocation] of this.#owned) {
      if (allocation.owner === owner) this.release(buffer);
    }
  }

  /**
   * Bytes up to the last one that was ever written: the memory grows by a fifth at a time, and what
   * it has not used takes none of the computer's. It looks through what is unused, so it is not for
   * the loop.
   */
  get used(): number {
    const words = new Int32Array(this.#module().HEAPU8.buffer);
    let last = words.length;
    while (last > 0 && words[last - 1] === 0) last--;
    return last * 4;
  }

  bytes(owner?: string): Bytes {
    const sum = noBytes();
    for (const [{ size }, allocation] of this.#owned) {
      if (owner !== undefined && allocation.owner !== owner) continue;
      sum[allocation.category] += size;
      sum.total += size;
    }
    if (owner !== undefined) return sum;
    // The memory as it stands, less what is ours: the module's own, its sessions', and what has
    // been given back.
    sum.onnxruntime = this.#module().HEAPU8.length - sum.total;
    sum.total = this.#module().HEAPU8.length;
    return sum;
  }
}
