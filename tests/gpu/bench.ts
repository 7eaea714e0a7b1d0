/**
 * One device that all tests of a page share, with what dispatches need on it. Not a test itself.
 */

import { openDevice } from "../../src/executors/webgpu/device";
import { GpuMemory } from "../../src/executors/webgpu/memory";
import { Pipelines } from "../../src/executors/webgpu/pipelines";

export interface Bench {
  readonly device: GPUDevice;
  readonly memory: GpuMemory;
  /** Fitted to software adapters: no barriers. */
  readonly direct: Pipelines;
  /** Fitted to hardware: workgroup memory. */
  readonly cooperative: Pipelines;
  /** The same for float16 activations and weights; null where the device has no `shader-f16`. */
  readonly half: { readonly direct: Pipelines; readonly cooperative: Pipelines } | null;
}

let opened: Promise<Bench> | undefined;

/** The shared device with what is built on it. */
export function openBench(): Promise<Bench> {
  opened ??= (async () => {
    const result = await openDevice();
    if (!("device" in result)) throw new Error(result.message);
    const { device } = result;
    const narrow = { element: "f16" } as const;
    return {
      device,
      memory: new GpuMemory(device),
      direct: new Pipelines(device, { software: true }),
      cooperative: new Pipelines(device, { software: false }),
      half: device.features.has("shader-f16")
        ? {
            direct: new Pipelines(device, { software: true, ...narrow }),
            cooperative: new Pipelines(device, { software: false, ...narrow }),
          }
        : null,
    };
  })();
  return opened;
}
