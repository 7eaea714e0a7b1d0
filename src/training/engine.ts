/** What every part of training computes with: the device, its accounted memory, compiled kernels and onnxruntime. */

import { Memory } from "../executors/webgpu/memory";
import { Pipelines } from "../executors/webgpu/pipelines";
import { Runtime } from "../executors/webgpu/runtime";

export interface Engine {
  readonly device: GPUDevice;
  readonly memory: Memory;
  readonly pipelines: Pipelines;
  readonly runtime: Runtime;
  /** Bytes that one buffer may have. */
  readonly largestBuffer: number;
}

/** onnxruntime is loaded with the first session. `validate` turns on onnxruntime's own checks, for tests. */
export function createEngine(device: GPUDevice, options: { software: boolean; validate?: boolean }): Engine {
  const memory = new Memory(device);
  memory.observe();
  const pipelines = new Pipelines(device, { software: options.software });
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const largestBuffer = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  return { device, memory, pipelines, runtime: new Runtime(device, options), largestBuffer };
}

/** Puts values into a new buffer. */
export function uploadTensor(
  engine: Engine,
  values: Float32Array | Int32Array,
  allocation: Parameters<Memory["allocate"]>[1],
): GPUBuffer {
  const buffer = engine.memory.allocate(values.byteLength, allocation);
  engine.device.queue.writeBuffer(buffer, 0, values.buffer, values.byteOffset, values.byteLength);
  return buffer;
}
