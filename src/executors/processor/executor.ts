/**
 * The executor on the processor: our buffers, loops and onnxruntime's sessions in the memory of one
 * WebAssembly module.
 */

import { messageOf } from "../../errors/message-of";
import type { ForwardGraph } from "../../forward/graph";
import type { Dispatch } from "../../kernels/kernel";
import type { Tensor } from "../../program/tensor";
import {
  type CompileOptions,
  type DeviceBuffer,
  type Executor,
  OutOfMemoryError,
  type ReadbackRingOptions,
  type Session,
} from "../executor";
import { ProcessorCommands } from "./commands";
import { processorCosts } from "./costs";
import { ProcessorDispatches } from "./dispatches";
import { type HeapBuffer, HeapMemory } from "./heap";
import { CAPACITY } from "./limits";
import { type ModuleFactory, type ModuleOptions, type OrtModule, startModule } from "./module";
import { copyOf, HeapReadbackRing } from "./readback";
import { type BoundValue, Sessions } from "./sessions";

export interface ProcessorOptions {
  /** Fetches the build of onnxruntime, once. */
  readonly build: () => Promise<Build>;
  readonly threads: number;
}

export interface Build extends Omit<ModuleOptions, "numThreads"> {
  readonly factory: ModuleFactory;
  /**
   * Rejects with an Error that says what is wrong with its files, if anything is: asked when it
   * does not start.
   */
  readonly check?: () => Promise<void>;
}

/** Milliseconds that threads may take to start; browsers that forbid them say nothing. */
const THREADS_START = 15_000;

export class ProcessorExecutor implements Executor {
  readonly kind = "processor";
  readonly memory: HeapMemory;
  readonly largestBuffer = CAPACITY;
  readonly capacity = CAPACITY;
  readonly costs = processorCosts;
  readonly #build: ProcessorOptions["build"];
  #threads: number;
  #note: string | null = null;
  #starting: Promise<void> | null = null;
  #started: { readonly module: OrtModule; readonly sessions: Sessions } | null = null;

  constructor({ build, threads }: ProcessorOptions) {
    this.#build = build;
    this.#threads = threads;
    this.memory = new HeapMemory(() => this.#ready.module);
  }

  /** Those it computes with, once it is ready; until then those asked for. */
  get threads(): number {
    return this.#threads;
  }

  /** What a person should know of how it started; null for nothing. */
  get note(): string | null {
    return this.#note;
  }

  load(): Promise<void> {
    if (!this.#starting) {
      this.#starting = this.#start();
      this.#starting.catch(() => {
        // Whoever needs it next tries again.
        this.#starting = null;
      });
    }
    return this.#starting;
  }

  ready(): Promise<void> {
    return this.load();
  }

  async session(graph: ForwardGraph, buffer: (tensor: Tensor) => DeviceBuffer): Promise<Session> {
    await this.load();
    const bound = (tensor: Tensor): BoundValue => {
      const { name, type, shape } = tensor;
      return { name, type, shape, buffer: buffer(tensor) as HeapBuffer };
    };
    const { run, release } = await this.#ready.sessions.bind(
      graph.bytes,
      graph.inputs.map(bound),
      graph.outputs.map(bound),
    );
    return { run, release: async () => release() };
  }

  async compile(list: readonly Dispatch<DeviceBuffer>[], options: CompileOptions): Promise<ProcessorDispatches> {
    await this.load();
    return ProcessorDispatches.compile(this.memory, this.#ready.sessions, list, options);
  }

  commands(): ProcessorCommands {
    return new ProcessorCommands();
  }

  write(buffer: DeviceBuffer, values: Float32Array | Int32Array | Uint16Array, offset = 0): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    (buffer as HeapBuffer).bytes.set(bytes, offset);
  }

  async read(buffer: DeviceBuffer, bytes = buffer.size): Promise<ArrayBuffer> {
    return copyOf(buffer as HeapBuffer, bytes);
  }

  readbackRing<Tag>(options: ReadbackRingOptions, deliver: (data: ArrayBuffer, tag: Tag) => void) {
    return new HeapReadbackRing<Tag>(options, deliver);
  }

  async done(): Promise<void> {}

  get #ready() {
    if (!this.#started) throw new Error("onnxruntime is not loaded yet.");
    return this.#started;
  }

  async #start(): Promise<void> {
    const { factory, check, ...options } = await this.#build();
    const start = (numThreads: number) => startModule(factory, { ...options, numThreads });
    let module: OrtModule;
    try {
      module = await (this.#threads > 1 ? inTime(start(this.#threads)) : start(1));
    } catch (error) {
      await check?.();
      if (this.#threads === 1 || error instanceof OutOfMemoryError) throw error;
      const reason = messageOf(error);
      this.#note = `Training runs on one thread: ${this.#threads} could not be started (${reason}).`;
      this.#threads = 1;
      module = await start(1);
    }
    this.#started = { module, sessions: new Sessions(module) };
  }
}

/** Rejects with an Error if threads do not start in time. */
function inTime<Value>(starting: Promise<Value>): Promise<Value> {
  const seconds = THREADS_START / 1000;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`they did not start within ${seconds} s`)), THREADS_START);
    starting.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
