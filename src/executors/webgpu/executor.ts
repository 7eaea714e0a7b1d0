/** The executor on a graphics card: our buffers, our kernels and onnxruntime on one GPUDevice. */

import type { ForwardGraph } from "../../forward/graph";
import type { Dispatch } from "../../kernels/kernel";
import type { Tensor } from "../../program/tensor";
import type { CompileOptions, DeviceBuffer, Executor, ReadbackRingOptions, Session } from "../executor";
import { GpuCommands } from "./commands";
import { webgpuCosts } from "./costs";
import { compileDispatches, type GpuDispatches } from "./dispatches";
import { GpuMemory } from "./memory";
import { Pipelines } from "./pipelines";
import { GpuReadbackRing, readBuffer } from "./readback";
import { Runtime } from "./runtime";

export class WebgpuExecutor implements Executor {
  readonly kind = "webgpu";
  readonly device: GPUDevice;
  readonly memory: GpuMemory;
  readonly pipelines: Pipelines;
  readonly runtime: Runtime;
  readonly largestBuffer: number;
  readonly capacity = Number.POSITIVE_INFINITY;
  readonly costs = webgpuCosts;

  /**
   * onnxruntime is loaded with the first session. `validate` turns on onnxruntime's own checks, for
   * tests.
   */
  constructor(device: GPUDevice, options: { software: boolean; validate?: boolean }) {
    this.device = device;
    this.memory = new GpuMemory(device);
    this.memory.observe();
    this.pipelines = new Pipelines(device, { software: options.software });
    this.runtime = new Runtime(device, options);
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    this.largestBuffer = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  }

  load(): Promise<unknown> {
    return this.runtime.load();
  }

  async ready(): Promise<void> {}

  session(graph: ForwardGraph, buffer: (tensor: Tensor) => DeviceBuffer): Promise<Session> {
    return this.runtime.session(graph, (tensor) => buffer(tensor) as GPUBuffer);
  }

  compile(list: readonly Dispatch<DeviceBuffer>[], options: CompileOptions): Promise<GpuDispatches> {
    return compileDispatches(this, list as readonly Dispatch<GPUBuffer>[], options);
  }

  commands(): GpuCommands {
    return new GpuCommands(this.device);
  }

  write(buffer: DeviceBuffer, values: Float32Array | Int32Array | Uint16Array, offset = 0): void {
    const { buffer: bytes, byteOffset, byteLength } = values;
    this.device.queue.writeBuffer(buffer as GPUBuffer, offset, bytes as ArrayBuffer, byteOffset, byteLength);
  }

  read(buffer: DeviceBuffer, bytes?: number): Promise<ArrayBuffer> {
    return readBuffer(this.device, buffer as GPUBuffer, bytes);
  }

  readbackRing<Tag>(options: ReadbackRingOptions, deliver: (data: ArrayBuffer, tag: Tag) => void) {
    return new GpuReadbackRing<Tag>(this.memory, options, deliver);
  }

  async done(): Promise<void> {
    await this.device.queue.onSubmittedWorkDone();
  }
}
