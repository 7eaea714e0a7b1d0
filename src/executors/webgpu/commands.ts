/** Commands for the GPU: an encoder that submits itself. */

import type { Commands, CompiledDispatches, DeviceBuffer } from "../executor";
import type { GpuDispatches } from "./dispatches";

export class GpuCommands implements Commands {
  readonly encoder: GPUCommandEncoder;
  readonly #device: GPUDevice;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.encoder = device.createCommandEncoder();
  }

  run(dispatches: CompiledDispatches): void {
    (dispatches as GpuDispatches).encode(this.encoder);
  }

  copy(from: DeviceBuffer, fromOffset: number, to: DeviceBuffer, toOffset: number, bytes: number): void {
    this.encoder.copyBufferToBuffer(from as GPUBuffer, fromOffset, to as GPUBuffer, toOffset, bytes);
  }

  clear(buffer: DeviceBuffer, offset?: number, bytes?: number): void {
    this.encoder.clearBuffer(buffer as GPUBuffer, offset, bytes);
  }

  async submit(): Promise<void> {
    this.#device.queue.submit([this.encoder.finish()]);
  }
}

/** The encoder behind commands of this executor. */
export function encoderOf(commands: Commands): GPUCommandEncoder {
  return (commands as GpuCommands).encoder;
}
