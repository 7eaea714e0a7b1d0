/**
 * Every GPU buffer of ours is made here, with an owner and a category, so that bytes shown are sums
 * over live buffers. Buffers that others (onnxruntime) make on our device can be counted too. Not
 * for what is in the buffers.
 */

import { type ByteCategory, type Bytes, noBytes } from "../bytes";
import { type Allocation, type DeviceBuffer, type DeviceMemory, OutOfMemoryError } from "../executor";

/** Beside what every executor's allocation says. */
export interface GpuAllocation extends Allocation {
  /** Default: STORAGE | COPY_SRC | COPY_DST. */
  readonly usage?: GPUBufferUsageFlags;
}

interface Entry {
  readonly bytes: number;
  readonly category: ByteCategory;
  readonly owner: string;
}

function outOfMemory(label: string, bytes: number, total: number): OutOfMemoryError {
  return new OutOfMemoryError(
    `Out of GPU memory: "${label}" needs ${bytes} bytes on top of the ${total} bytes in use. ` +
      "Compare fewer runs, use a smaller batch or shorter texts, or close other pages that use the GPU.",
    label,
    bytes,
  );
}

export class GpuMemory implements DeviceMemory {
  readonly device: GPUDevice;
  /**
   * The owner that buffers made by others are counted for; set it around the calls that make them.
   */
  foreignOwner = "onnxruntime";
  readonly #owned = new Map<GPUBuffer, Entry>();
  readonly #foreign = new Set<Entry>();
  readonly #collected = new FinalizationRegistry<Entry>((entry) => this.#foreign.delete(entry));
  readonly #createBuffer: GPUDevice["createBuffer"];
  readonly #pending = new Set<Promise<void>>();
  #failure: OutOfMemoryError | null = null;

  constructor(device: GPUDevice) {
    this.device = device;
    this.#createBuffer = device.createBuffer.bind(device);
  }

  /**
   * A buffer of at least `bytes` bytes, rounded up to 16, filled with zeros. Throws if it is larger
   * than the device allows. Running out of memory shows later: see `settled`.
   */
  allocate(bytes: number, { label, category, owner, usage }: GpuAllocation): GPUBuffer {
    const flags = usage ?? GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    this.#check(size, label, "maxBufferSize");
    if (flags & GPUBufferUsage.STORAGE) this.#check(size, label, "maxStorageBufferBindingSize");
    // Pushed and popped without waiting in between: nobody else's scope can come between them.
    this.device.pushErrorScope("out-of-memory");
    const buffer = this.#createBuffer({ label, size, usage: flags });
    const popped = this.device.popErrorScope().then(
      (error) => {
        if (error) this.#failure ??= outOfMemory(label, size, this.bytes().total);
      },
      // The device is lost; `device.lost` says so.
      () => {},
    );
    this.#pending.add(popped);
    void popped.then(() => this.#pending.delete(popped));
    this.#owned.set(buffer, { bytes: size, category, owner });
    return buffer;
  }

  /**
   * Resolves when every allocation so far is known to have succeeded; rejects with the first
   * `OutOfMemoryError` once.
   */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
    const failure = this.#failure;
    this.#failure = null;
    if (failure) throw failure;
  }

  /** Destroys a buffer made by `allocate`; does nothing the second time. */
  release(buffer: DeviceBuffer): void {
    if (this.#owned.delete(buffer as GPUBuffer)) (buffer as GPUBuffer).destroy();
  }

  /** Destroys every buffer of an owner. */
  releaseOwner(owner: string): void {
    for (const [buffer, entry] of this.#owned) {
      if (entry.owner === owner) this.release(buffer);
    }
  }

  /** Live bytes by category: of one owner, or of all. */
  bytes(owner?: string): Bytes {
    const sum = noBytes();
    for (const entries of [this.#owned.values(), this.#foreign]) {
      for (const entry of entries) {
        if (owner !== undefined && entry.owner !== owner) continue;
        sum[entry.category] += entry.bytes;
        sum.total += entry.bytes;
      }
    }
    return sum;
  }

  /**
   * From now on, counts buffers that others create on this device as `onnxruntime`, until they are
   * destroyed or collected. A buffer without a label gets one that says its usage.
   */
  observe(): void {
    this.device.createBuffer = (descriptor) => {
      const label = descriptor.label || `onnxruntime: ${usageNames(descriptor.usage)}`;
      const buffer = this.#createBuffer({ ...descriptor, label });
      const entry: Entry = { bytes: descriptor.size, category: "onnxruntime", owner: this.foreignOwner };
      this.#foreign.add(entry);
      this.#collected.register(buffer, entry);
      const destroy = buffer.destroy.bind(buffer);
      buffer.destroy = () => {
        this.#foreign.delete(entry);
        return destroy();
      };
      return buffer;
    };
  }

  #check(bytes: number, label: string, limit: "maxBufferSize" | "maxStorageBufferBindingSize"): void {
    const allowed = this.device.limits[limit];
    if (bytes <= allowed) return;
    throw new RangeError(
      `"${label}" needs ${bytes} bytes in one buffer, but this GPU allows ${allowed} (${limit}). ` +
        "Use a smaller batch, shorter texts or a smaller model.",
    );
  }
}

function usageNames(usage: GPUBufferUsageFlags): string {
  const names = Object.entries({
    map_read: GPUBufferUsage.MAP_READ,
    map_write: GPUBufferUsage.MAP_WRITE,
    storage: GPUBufferUsage.STORAGE,
    uniform: GPUBufferUsage.UNIFORM,
    indirect: GPUBufferUsage.INDIRECT,
    query: GPUBufferUsage.QUERY_RESOLVE,
  })
    .filter(([, flag]) => usage & flag)
    .map(([name]) => name);
  return names.join(" ") || "copy";
}
