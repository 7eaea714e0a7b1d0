/**
 * Compiles kernels: one pipeline per kernel and option values, made once and kept. Fits kernels to the device, by
 * choosing a variant and the workgroup width. Not for binding buffers: see `dispatches`.
 */

import type { DeviceProfile, Dispatch, Kernel } from "../kernels/kernel";

export interface PipelinesOptions extends DeviceProfile {
  /** WGSL types behind the aliases `Element` (activations) and `Weight` (frozen weights). */
  readonly element?: "f32" | "f16";
  readonly weight?: "f32" | "f16";
}

/** A dispatch fitted to the device. */
export interface Fitted {
  readonly kernel: Kernel;
  readonly options: Readonly<Record<string, number>>;
  readonly workgroups: readonly [number, number, number];
}

/** Threads that share a row in kernels which reduce over rows; 1 means no barrier. */
const WORKGROUP_WIDTH = { hardware: 64, software: 1 } as const;

export class Pipelines {
  readonly device: GPUDevice;
  readonly #profile: DeviceProfile;
  readonly #prefix: string;
  readonly #modules = new Map<Kernel, GPUShaderModule>();
  readonly #layouts = new Map<Kernel, GPUBindGroupLayout>();
  readonly #pipelines = new Map<Kernel, Map<string, Promise<GPUComputePipeline>>>();

  constructor(device: GPUDevice, { software, element = "f32", weight = "f32" }: PipelinesOptions) {
    this.device = device;
    this.#profile = { software };
    const enable = element === "f16" || weight === "f16" ? "enable f16;\n" : "";
    this.#prefix = `${enable}alias Element = ${element};\nalias Weight = ${weight};\n`;
  }

  /**
   * The kernel, option values and workgroup counts that run a dispatch best on this device.
   * Throws if the dispatch names an option or leaves out a size that the kernel has (not).
   */
  fit({ kernel: asked, sizes, options: given }: Omit<Dispatch<unknown>, "bindings">): Fitted {
    for (const name of Object.keys(given)) {
      if (!(name in asked.options)) throw new Error(`Kernel "${asked.name}" has no option "${name}".`);
    }
    for (const name of Object.keys(asked.sizes)) {
      if (!(name in sizes)) throw new Error(`A dispatch of kernel "${asked.name}" leaves out the size "${name}".`);
    }
    const kernel = asked.variant?.(sizes, { ...asked.options, ...given }, this.#profile) ?? asked;
    const options: Record<string, number> = { ...kernel.options, ...given };
    if ("WORKGROUP_WIDTH" in kernel.options) {
      options.WORKGROUP_WIDTH = this.#profile.software ? WORKGROUP_WIDTH.software : WORKGROUP_WIDTH.hardware;
    }
    return { kernel, options, workgroups: kernel.workgroups(sizes, options) };
  }

  /** Binding 0 is the uniform sizes (not there if the kernel has none), from 1 on the storage buffers in the descriptor's order. */
  layout(kernel: Kernel): GPUBindGroupLayout {
    let layout = this.#layouts.get(kernel);
    if (!layout) {
      const storage = Object.values(kernel.bindings).map(
        (access, index): GPUBindGroupLayoutEntry => ({
          binding: index + 1,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: access === "read" ? "read-only-storage" : "storage" },
        }),
      );
      const minBindingSize = Object.keys(kernel.sizes).length * 4;
      const sizes: GPUBindGroupLayoutEntry = {
        binding: 0,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: "uniform", minBindingSize },
      };
      layout = this.device.createBindGroupLayout({
        label: kernel.name,
        entries: minBindingSize > 0 ? [sizes, ...storage] : storage,
      });
      this.#layouts.set(kernel, layout);
    }
    return layout;
  }

  /** The compiled kernel with these option values. Rejects with the compiler's message if it does not compile. */
  get(kernel: Kernel, options: Readonly<Record<string, number>> = kernel.options): Promise<GPUComputePipeline> {
    let compiled = this.#pipelines.get(kernel);
    if (!compiled) {
      compiled = new Map();
      this.#pipelines.set(kernel, compiled);
    }
    const key = Object.keys(kernel.options)
      .map((name) => options[name])
      .join();
    let pipeline = compiled.get(key);
    if (!pipeline) {
      pipeline = this.#compile(kernel, options);
      compiled.set(key, pipeline);
      pipeline.catch(() => compiled.delete(key));
    }
    return pipeline;
  }

  async #compile(kernel: Kernel, options: Readonly<Record<string, number>>): Promise<GPUComputePipeline> {
    const module = this.#module(kernel);
    try {
      return await this.device.createComputePipelineAsync({
        label: kernel.name,
        layout: this.device.createPipelineLayout({ bindGroupLayouts: [this.layout(kernel)] }),
        compute: { module, constants: { ...options } },
      });
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const lines = messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}`);
      const reason = lines.length > 0 ? lines.join("; ") : (error as Error).message;
      throw new Error(`Kernel "${kernel.name}" (${JSON.stringify(options)}) does not compile: ${reason}`);
    }
  }

  #module(kernel: Kernel): GPUShaderModule {
    let module = this.#modules.get(kernel);
    if (!module) {
      // What is wrong with the source is told when a pipeline is made from it.
      this.device.pushErrorScope("validation");
      module = this.device.createShaderModule({ label: kernel.name, code: this.#prefix + kernel.source });
      void this.device.popErrorScope().catch(() => null);
      this.#modules.set(kernel, module);
    }
    return module;
  }
}
