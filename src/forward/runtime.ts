/**
 * onnxruntime-web on our own GPU device: loading it, and one queue for all its calls, since two calls in flight corrupt
 * its state. After a rejected call the WebAssembly instance cannot be trusted: the worker has to be restarted.
 */

import { Mutex } from "async-mutex";
import type * as ort from "onnxruntime-web/webgpu";
import type { ForwardGraph } from "./graph";

type OnnxRuntime = typeof ort;

/** A bound session: run it as often as wanted; it reads and writes the same buffers every time. */
export interface ForwardSession {
  /** Resolves when the work has been submitted to the device's queue. */
  run(): Promise<void>;
  release(): Promise<void>;
}

export class Runtime {
  readonly #onnxruntime: OnnxRuntime;
  readonly #device: GPUDevice;
  readonly #validate: boolean;
  readonly #mutex = new Mutex();

  private constructor(onnxruntime: OnnxRuntime, device: GPUDevice, validate: boolean) {
    this.#onnxruntime = onnxruntime;
    this.#device = device;
    this.#validate = validate;
  }

  /** Loads the JSPI build where the browser can suspend WebAssembly, the Asyncify build elsewhere. `validate` is for tests. */
  static async load(device: GPUDevice, options: { validate?: boolean } = {}): Promise<Runtime> {
    const onnxruntime = "Suspending" in WebAssembly ? await loadJspi() : await loadAsyncify();
    onnxruntime.env.wasm.numThreads = 1;
    onnxruntime.env.logLevel = "error";
    return new Runtime(onnxruntime, device, options.validate ?? false);
  }

  /** `buffer` gives the GPU buffer of every leaf and output; they must stay the same while the session lives. */
  async session(
    graph: ForwardGraph,
    buffer: (tensor: ForwardGraph["inputs"][number]) => GPUBuffer,
  ): Promise<ForwardSession> {
    const options: ort.InferenceSession.SessionOptions = {
      executionProviders: [
        {
          name: "webgpu",
          device: this.#device,
          validationMode: this.#validate ? "basic" : "disabled",
          storageBufferCacheMode: "simple",
        } as ort.InferenceSession.WebGpuExecutionProviderOption,
      ],
      graphOptimizationLevel: "disabled",
      preferredOutputLocation: "gpu-buffer",
      extra: { session: { disable_cpu_ep_fallback: "0" } },
    };
    const session = await this.#mutex.runExclusive(() =>
      this.#onnxruntime.InferenceSession.create(graph.bytes, options),
    );
    const bind = (tensor: ForwardGraph["inputs"][number]) =>
      this.#onnxruntime.Tensor.fromGpuBuffer(buffer(tensor), { dataType: tensor.type, dims: [...tensor.shape] });
    const feeds = Object.fromEntries(graph.inputs.map((tensor) => [tensor.name, bind(tensor)]));
    const fetches = Object.fromEntries(graph.outputs.map((tensor) => [tensor.name, bind(tensor)]));
    return {
      run: () =>
        this.#mutex.runExclusive(async () => {
          await session.run(feeds, fetches);
        }),
      release: () => this.#mutex.runExclusive(() => session.release()),
    };
  }
}

async function loadJspi(): Promise<OnnxRuntime> {
  const [onnxruntime, wasm] = await Promise.all([
    import("onnxruntime-web/jspi"),
    import("onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url"),
  ]);
  onnxruntime.env.wasm.wasmPaths = { wasm: wasm.default };
  return onnxruntime as unknown as OnnxRuntime;
}

async function loadAsyncify(): Promise<OnnxRuntime> {
  const [onnxruntime, wasm] = await Promise.all([
    import("onnxruntime-web/webgpu"),
    import("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url"),
  ]);
  onnxruntime.env.wasm.wasmPaths = { wasm: wasm.default };
  return onnxruntime;
}
