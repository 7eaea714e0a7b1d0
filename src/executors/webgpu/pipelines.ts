/**
 * Compiles kernels: one pipeline per kernel, element types and option values, made once and kept.
 * Fits kernels to the device, by choosing a variant and the workgroup width. Not for binding
 * buffers: see `dispatches`; nor for what a source begins with: see `prelude`.
 */

import { type DeviceProfile, type Dispatch, isWritten, type Kernel, type Stored } from "../../kernels/kernel";
import { type Element, prelude, type StoredTypes } from "./prelude";

export interface PipelinesOptions extends DeviceProfile {
  /** WGSL type of activations and their gradients; `f16` needs the feature `shader-f16`. */
  readonly element?: Element;
}

/** A dispatch fitted to the device. */
export interface FittedDispatch {
  readonly kernel: Kernel;
  readonly stored: Readonly<Record<string, Stored>>;
  readonly options: Readonly<Record<string, number>>;
  readonly workgroups: readonly [number, number, number];
}

/** Threads that share a row in kernels which reduce over rows; 1 means no barrier. */
const WORKGROUP_WIDTH = { hardware: 64, software: 1 } as const;

export class Pipelines {
  readonly device: GPUDevice;
  readonly #profile: DeviceProfile;
  readonly #types: { readonly Element: Element; readonly f32: "f32"; readonly packed: "packed" };
  readonly #modules = new Map<Kernel, Map<string, GPUShaderModule>>();
  readonly #layouts = new Map<Kernel, GPUBindGroupLayout>();
  readonly #pipelines = new Map<Kernel, Map<string, Promise<GPUComputePipeline>>>();

  constructor(device: GPUDevice, { software, element = "f32" }: PipelinesOptions) {
    this.device = device;
    this.#profile = { software };
    this.#types = { Element: element, f32: "f32", packed: "packed" };
  }

  /**
   * The kernel, option values and workgroup counts that run a dispatch best on this device.
   * Throws if the dispatch stores something in another type than the kernel's source has for good.
   */
  fit({ kernel: asked, stored = {}, sizes, options: given }: Omit<Dispatch<unknown>, "bindings">): FittedDispatch {
    for (const [name, what] of Object.entries(stored)) {
      if (what === "packed" && !asked.packable?.includes(name)) {
        throw new Error(
          `Kernel "${asked.name}" cannot read float16 from "${name}". Let the kernel's "packable" name it.`,
        );
      }
      if (!(name in (asked.stored ?? {})) && this.#types[what] !== this.#types.Element) {
        throw new Error(
          `Kernel "${asked.name}" reads "${name}" as an activation (${this.#types.Element}); ` +
            `this dispatch binds ${this.#types[what]}. Let the kernel's "stored" name the binding.`,
        );
      }
    }
    const kernel = asked.variant?.(sizes, { ...asked.options, ...given }, this.#profile) ?? asked;
    const options: Record<string, number> = { ...kernel.options, ...given };
    if ("WORKGROUP_WIDTH" in kernel.options) {
      options.WORKGROUP_WIDTH = this.#profile.software ? WORKGROUP_WIDTH.software : WORKGROUP_WIDTH.hardware;
    }
    return { kernel, stored, options, workgroups: kernel.workgroups(sizes, options) };
  }

  /**
   * Binding 0 is the uniform sizes (not there if the kernel has none), from 1 on the storage
   * buffers in the descriptor's order.
   */
  layout(kernel: Kernel): GPUBindGroupLayout {
    let layout = this.#layouts.get(kernel);
    if (!layout) {
      const storage = Object.values(kernel.bindings).map(
        (use, index): GPUBindGroupLayoutEntry => ({
          binding: index + 1,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: isWritten(use) ? "storage" : "read-only-storage" },
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

  /**
   * The compiled kernel with these option values and types. Rejects with the compiler's message if
   * it does not compile.
   */
  get(
    kernel: Kernel,
    options: Readonly<Record<string, number>> = kernel.options,
    stored: Readonly<Record<string, Stored>> = {},
  ): Promise<GPUComputePipeline> {
    const expected = Object.entries(kernel.stored ?? {});
    const types = Object.fromEntries(expected.map(([name, what]) => [name, this.#types[stored[name] ?? what!]]));
    let compiled = this.#pipelines.get(kernel);
    if (!compiled) {
      compiled = new Map();
      this.#pipelines.set(kernel, compiled);
    }
    const values = Object.keys(kernel.options).map((name) => options[name]);
    const key = [...Object.values(types), ...values].join();
    let pipeline = compiled.get(key);
    if (!pipeline) {
      pipeline = this.#compile(kernel, options, types);
      compiled.set(key, pipeline);
      pipeline.catch(() => compiled.delete(key));
    }
    return pipeline;
  }

  async #compile(
    kernel: Kernel,
    options: Readonly<Record<string, number>>,
    types: StoredTypes,
  ): Promise<GPUComputePipeline> {
    const module = this.#module(kernel, types);
    try {
      return await this.device.createComputePipelineAsync({
        label: kernel.name,
        layout: this.device.createPipelineLayout({ bindGroupLayouts: [this.layout(kernel)] }),
        compute: { module, constants: { ...options } },
      });
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      // Quoted, since the lines of a prelude and of what shaders share are before those of the
      // shader's file.
      const code = this.#code(kernel, types).split("\n");
      const lines = messages.map(({ lineNum, message }) => `${message} in "${code[lineNum - 1]?.trim()}"`);
      const reason = lines.length > 0 ? lines.join("; ") : (error as Error).message;
      throw new Error(`Kernel "${kernel.name}" (${JSON.stringify(options)}) does not compile: ${reason}`);
    }
  }

  #code(kernel: Kernel, types: StoredTypes): string {
    return prelude(kernel, this.#types.Element, types) + kernel.source;
  }

  #module(kernel: Kernel, types: StoredTypes): GPUShaderModule {
    let compiled = this.#modules.get(kernel);
    if (!compiled) {
      compiled = new Map();
      this.#modules.set(kernel, compiled);
    }
    const key = Object.values(types).join();
    let module = compiled.get(key);
    if (!module) {
      // What is wrong with the source is told when a pipeline is made from it.
      this.device.pushErrorScope("validation");
      module = this.device.createShaderModule({ label: kernel.name, code: this.#code(kernel, types) });
      void this.device.popErrorScope().catch(() => null);
      compiled.set(key, module);
    }
    return module;
  }
}
