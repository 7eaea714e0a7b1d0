/**
 * onnxruntime-web on our own GPU device: loading it, and one queue for all its calls, since two
 * calls in flight corrupt its state. After a rejected call the WebAssembly instance cannot be
 * trusted: the worker has to be restarted.
 */

import { Mutex } from "async-mutex";
import type * as ort from "onnxruntime-web/webgpu";
import { type ForwardGraph, packedShape } from "../../forward/graph";
import type { Tensor } from "../../program/tensor";
import type { Session } from "../executor";
import { requireWebAssembly } from "../require-web-assembly";

type OnnxRuntime = typeof ort;

export class Runtime {
  readonly #device: GPUDevice;
  readonly #validate: boolean;
  readonly #mutex = new Mutex();
  #loading: Promise<OnnxRuntime> | null = null;

  /** `validate` turns on onnxruntime's own checks, for tests. */
  constructor(device: GPUDevice, options: { validate?: boolean } = {}) {
    this.#device = device;
    this.#validate = options.validate ?? false;
  }

  /**
   * Starts fetching and compiling onnxruntime: the JSPI build where the browser can suspend
   * WebAssembly, else Asyncify. Rejects with an Error where none may be started here.
   */
  async load(): Promise<OnnxRuntime> {
    requireWebAssembly();
    this.#loading ??= ("Suspending" in WebAssembly ? loadJspi() : loadAsyncify()).then((onnxruntime) => {
      onnxruntime.env.wasm.numThreads = 1;
      onnxruntime.env.logLevel = "error";
      return onnxruntime;
    });
    return this.#loading;
  }

  /**
   * `buffer` gives the GPU buffer of every leaf and output; they must stay the same while the
   * session lives.
   */
  async session(written: ForwardGraph, buffer: (tensor: Tensor) => GPUBuffer): Promise<Session> {
    const onnxruntime = await this.load();
    const graph = this.#device.features.has("shader-f16") ? written : written.pack();
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
    };
    const session = await this.#mutex.runExclusive(() => onnxruntime.InferenceSession.create(graph.bytes, options));
    const bind = (tensor: Tensor) => {
      const words = graph.packed && tensor.type === "float16";
      const dims = words ? packedShape(tensor.shape) : [...tensor.shape];
      return onnxruntime.Tensor.fromGpuBuffer(buffer(tensor), { dataType: words ? "uint32" : tensor.type, dims });
    };
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
