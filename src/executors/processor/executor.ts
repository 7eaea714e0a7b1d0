/** The executor on the processor: our buffers, loops and onnxruntime's sessions in the memory of one WebAssembly module. */

import type { ForwardGraph } from "../../forward/graph";
import type { Dispatch } from "../../kernels/kernel";
import type { Tensor } from "../../program/tensor";
import type { CompileOptions, DeviceBuffer, Executor, ReadbackRingOptions, Session } from "../executor";
import { ProcessorCommands } from "./commands";
import { processorCosts } from "./costs";
import { ProcessorDispatches } from "./dispatches";
import { CAPACITY, type HeapBuffer, HeapMemory } from "./heap";
import { type ModuleFactory, type ModuleOptions, type OrtModule, startModule } from "./module";
import { copyOf, HeapReadbackRing } from "./readback";
import { type BoundValue, Sessions } from "./sessions";

export interface ProcessorOptions {
  /** Fetches the build of onnxruntime, once. */
  readonly build: () => Promise<{ readonly factory: ModuleFactory } & Omit<ModuleOptions, "numThreads">>;
  readonly threads: number;
}

export class ProcessorExecutor implements Executor {
  readonly kind = "processor";
  readonly threads: number;
  readonly memory: HeapMemory;
  readonly largestBuffer = CAPACITY;
  readonly capacity = CAPACITY;
  readonly costs = processorCosts;
  readonly #build: ProcessorOptions["build"];
  #starting: Promise<void> | null = null;
  #started: { readonly module: OrtModule; readonly sessions: Sessions } | null = null;

  constructor({ build, threads }: ProcessorOptions) {
    this.#build = build;
    this.threads = threads;
    this.memory = new HeapMemory(() => this.#ready.module);
  }

  load(): Promise<void> {
    this.#starting ??= this.#start();
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
    const { factory, ...options } = await this.#build();
    const module = await startModule(factory, { ...options, numThreads: this.threads });
    this.#started = { module, sessions: new Sessions(module) };
  }
}
