/**
 * Turns a list of dispatches into bind groups, one uniform buffer and pipelines, made once and
 * replayed every step. Nothing is allocated when encoding. Not for deciding what to dispatch.
 */

import type { Dispatch, Kernel } from "../../kernels/kernel";
import { checkDispatch } from "../check-dispatch";
import type { CompiledDispatches, CompileOptions } from "../executor";
import type { GpuMemory } from "./memory";
import type { FittedDispatch, Pipelines } from "./pipelines";

export interface DispatchContext {
  readonly device: GPUDevice;
  readonly memory: GpuMemory;
  readonly pipelines: Pipelines;
}

/** Bound and compiled; made by this executor alone. */
export interface GpuDispatches extends CompiledDispatches {
  /** Records all dispatches, in order, as one compute pass. */
  encode(encoder: GPUCommandEncoder): void;
}

/** `minUniformBufferOffsetAlignment` of every device. */
const ALIGNMENT = 256;

/** Bytes of uniforms that so many dispatches take when they are compiled together. */
export const uniformBytes = (dispatches: number): number => Math.max(16, dispatches * ALIGNMENT);

/**
 * Compiles the kernels (in parallel) and binds the buffers. Rejects with an error that names the
 * kernel if a dispatch does not fit it (`check-dispatch.ts`) or if it does not compile.
 */
export async function compileDispatches(
  { device, memory, pipelines }: DispatchContext,
  list: readonly Dispatch<GPUBuffer>[],
  { owner, category = "runtime", progress }: CompileOptions,
): Promise<GpuDispatches> {
  const fitted = list.map((dispatch) => {
    checkDispatch(dispatch);
    const fit = pipelines.fit(dispatch);
    const sizes = packSizes(fit.kernel, dispatch.sizes);
    checkWorkgroups(fit, device.limits.maxComputeWorkgroupsPerDimension);
    return { bindings: dispatch.bindings, sizes, ...fit };
  });
  const prepared = fitted.filter(({ workgroups }) => !workgroups.includes(0));
  const packed = new Uint8Array(prepared.length * ALIGNMENT);
  prepared.forEach(({ sizes }, index) => {
    packed.set(sizes, index * ALIGNMENT);
  });

  const waiting = prepared.map(({ kernel, options, stored }) => pipelines.get(kernel, options, stored));
  const distinct = new Set(waiting);
  let done = 0;
  if (progress) {
    for (const pipeline of distinct) void pipeline.then(() => progress(++done, distinct.size)).catch(() => {});
  }
  const compiled = await Promise.all(waiting);

  const uniforms = memory.allocate(packed.byteLength, {
    label: "kernel sizes",
    category,
    owner,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(uniforms, 0, packed);
  const steps = prepared.map(({ kernel, bindings, sizes, workgroups }, index) => {
    const entries: GPUBindGroupEntry[] = Object.keys(kernel.bindings).map((name, position) => ({
      binding: position + 1,
      resource: { buffer: bindings[name]! },
    }));
    if (sizes.length > 0) {
      const resource = { buffer: uniforms, offset: index * ALIGNMENT, size: sizes.length };
      entries.push({ binding: 0, resource });
    }
    const group = device.createBindGroup({ label: kernel.name, layout: pipelines.layout(kernel), entries });
    return { pipeline: compiled[index]!, workgroups, group };
  });

  return {
    encode(encoder) {
      const pass = encoder.beginComputePass();
      for (const { pipeline, group, workgroups } of steps) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(...workgroups);
      }
      pass.end();
    },
    release() {
      memory.release(uniforms);
    },
  };
}

function checkWorkgroups({ kernel, workgroups }: FittedDispatch, allowed: number): void {
  if (workgroups.some((count) => !(Number.isInteger(count) && count <= allowed))) {
    throw new RangeError(
      `Kernel "${kernel.name}" would need ${workgroups.join(" × ")} workgroups, but this GPU allows ${allowed} in ` +
        "each direction. Use a smaller batch or shorter texts.",
    );
  }
}

/** The bytes of the uniform struct, a multiple of 16; none if the kernel has no sizes. */
function packSizes(kernel: Kernel, sizes: Readonly<Record<string, number>>): Uint8Array {
  const fields = Object.entries(kernel.sizes);
  const view = new DataView(new ArrayBuffer(Math.ceil(fields.length / 4) * 16));
  fields.forEach(([name, type], index) => {
    const value = sizes[name]!;
    if (type === "f32") view.setFloat32(index * 4, value, true);
    else view.setUint32(index * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}
