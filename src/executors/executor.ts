/**
 * What training computes with, whatever it computes on: memory, graphs, dispatches, and the way
 * back. `webgpu/` and `processor/` implement it; nothing above asks which one it has, except to say
 * so to people and to choose defaults.
 */

import type { ForwardGraph } from "../forward/graph";
import type { Dispatch } from "../kernels/kernel";
import type { Tensor } from "../program/tensor";
import type { ByteCategory, Bytes } from "./bytes";
import type { Costs } from "./costs";

export const EXECUTORS = ["webgpu", "processor"] as const;
export type ExecutorKind = (typeof EXECUTORS)[number];

/** Memory of an executor. What lies in it only the executor knows that made it. */
export interface DeviceBuffer {
  readonly label: string;
  /** Bytes. */
  readonly size: number;
}

export interface Allocation {
  /** The tensor's name: errors name it. */
  readonly label: string;
  readonly category: ByteCategory;
  /** Who may release it all at once, for example a run. */
  readonly owner: string;
}

export interface DeviceMemory {
  /**
   * A buffer of at least `bytes` bytes, rounded up to 16, filled with zeros. Throws a RangeError if
   * it is larger than a buffer may be, and an OutOfMemoryError at once or from `settled`.
   */
  allocate(bytes: number, allocation: Allocation): DeviceBuffer;
  /**
   * Resolves when every allocation so far is known to have succeeded; rejects with the first
   * `OutOfMemoryError` once.
   */
  settled(): Promise<void>;
  /** Gives a buffer back; does nothing the second time. */
  release(buffer: DeviceBuffer): void;
  /** Gives back every buffer of an owner. */
  releaseOwner(owner: string): void;
  /** Live bytes by category: of one owner, or of all. */
  bytes(owner?: string): Bytes;
}

/**
 * A graph bound to buffers: run it as often as wanted; it reads and writes the same ones every
 * time.
 */
export interface Session {
  /** Resolves when the work has been submitted, after all that was submitted before. */
  run(): Promise<void>;
  release(): Promise<void>;
}

/** A list of dispatches, bound and compiled once. */
export interface CompiledDispatches {
  /** Frees what is its own; the bound buffers are the caller's. */
  release(): void;
}

export interface CompileOptions {
  /** For whom its own memory is counted. */
  readonly owner: string;
  /** As what; default: `runtime`. */
  readonly category?: ByteCategory;
  /** Called as kernels are compiled. */
  readonly progress?: (done: number, total: number) => void;
  /** Of the buffers that are written, those that somebody reads after the list; default: all. */
  readonly results?: readonly DeviceBuffer[];
}

/** Work in order, recorded first and carried out when it is submitted. */
export interface Commands {
  run(dispatches: CompiledDispatches): void;
  /** Offsets and length in bytes, multiples of 4. */
  copy(from: DeviceBuffer, fromOffset: number, to: DeviceBuffer, toOffset: number, bytes: number): void;
  /** Fills bytes of a buffer with zeros; default: all from `offset` on. */
  clear(buffer: DeviceBuffer, offset?: number, bytes?: number): void;
  /** Resolves when it may be written and read after it; results may still be on their way. */
  submit(): Promise<void>;
}

/**
 * Copies to the host in a loop that never waits for them. Per step: `await ready()`, `push(…)`
 * while recording, submit,
 * `submitted()`. Results come through the callback in the order pushed, some steps later at most.
 */
export interface ReadbackRing<Tag> {
  /** Resolves when `push` may be called. Rejects if a copy has failed. */
  ready(): Promise<void>;
  /**
   * Records the copy of the first `bytes` bytes of `source`. Throws if no slot is free or the copy
   * is too large.
   */
  push(commands: Commands, source: DeviceBuffer, bytes: number, tag: Tag): void;
  /** To be called when the commands with the copies are submitted. */
  submitted(): void;
  /**
   * Resolves when everything submitted is delivered; rejects with the first failure (a lost device,
   * or the callback's).
   */
  drained(): Promise<void>;
  /** Frees its memory; copies on their way are dropped. */
  release(): void;
}

export interface ReadbackRingOptions {
  /** Copies that may be on their way at once. */
  readonly slots: number;
  /** The largest copy. */
  readonly bytes: number;
  readonly owner: string;
  readonly label?: string;
}

export interface Executor {
  readonly kind: ExecutorKind;
  readonly memory: DeviceMemory;
  /** Bytes that one buffer may have. */
  readonly largestBuffer: number;
  /** Bytes that all buffers may have together; infinite where nobody tells. */
  readonly capacity: number;
  /** What it takes for itself. */
  readonly costs: Costs;
  /** Starts fetching and compiling onnxruntime, which else begins with the first session. */
  load(): Promise<unknown>;
  /** Resolves when memory may be allocated. Rejects with an Error that says why there is none. */
  ready(): Promise<void>;
  /**
   * `buffer` gives the buffer of every leaf and output; they must stay the same while the session
   * lives.
   */
  session(graph: ForwardGraph, buffer: (tensor: Tensor) => DeviceBuffer): Promise<Session>;
  /**
   * Rejects with an Error that names the kernel if a binding or size is missing or wrong, if a
   * buffer is bound twice in one dispatch and written, or if a kernel does not compile.
   */
  compile(list: readonly Dispatch<DeviceBuffer>[], options: CompileOptions): Promise<CompiledDispatches>;
  commands(): Commands;
  /** After all that was submitted, before all that is submitted next. `offset` in bytes. */
  write(buffer: DeviceBuffer, values: Float32Array | Int32Array | Uint16Array, offset?: number): void;
  /**
   * The first `bytes` bytes of a buffer; default: all. Not for the training loop: it waits for all
   * work submitted before.
   */
  read(buffer: DeviceBuffer, bytes?: number): Promise<ArrayBuffer>;
  readbackRing<Tag>(options: ReadbackRingOptions, deliver: (data: ArrayBuffer, tag: Tag) => void): ReadbackRing<Tag>;
  /** Resolves when all that was submitted is done. */
  done(): Promise<void>;
}

export class OutOfMemoryError extends Error {
  override readonly name = "OutOfMemoryError";
  readonly label: string;
  readonly bytes: number;

  constructor(message: string, label: string, bytes: number) {
    super(message);
    this.label = label;
    this.bytes = bytes;
  }
}

/** Puts values into a new buffer. */
export function upload(
  executor: Pick<Executor, "memory" | "write">,
  values: Float32Array | Int32Array,
  allocation: Allocation,
): DeviceBuffer {
  const buffer = executor.memory.allocate(values.byteLength, allocation);
  executor.write(buffer, values);
  return buffer;
}
