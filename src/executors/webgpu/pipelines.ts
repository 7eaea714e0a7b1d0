/**
 * Compiles kernels: one pipeline per kernel, element types and option values, made once and kept. Fits kernels to the
 * device, by choosing a variant and the workgroup width. Not for binding buffers: see `dispatches`.
 */

import type { DeviceProfile, Dispatch, Kernel, Stored } from "../../kernels/kernel";

export interface PipelinesOptions extends DeviceProfile {
  /** WGSL type of activations and their gradients; `f16` needs the feature `shader-f16`. */
  readonly element?: "f32" | "f16";
}

/** A dispatch fitted to the device. */
export interface Fitted {
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
  readonly #types: Readonly<Record<Stored, "f32" | "f16" | "packed">>;
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
  fit({ kernel: asked, stored = {}, sizes, options: given }: Omit<Dispatch<unknown>, "bindings">): Fitted {
    for (const [name, what] of Object.entries(stored)) {
      if (what === "packed" && !asked.packable?.[name]) {
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

  /** The compiled kernel with these option values and types. Rejects with the compiler's message if it does not compile. */
  get(
    kernel: Kernel,
    options: Readonly<Record<string, number>> = kernel.options,
    stored: Readonly<Record<string, Stored>> = {},
  ): Promise<GPUComputePipeline> {
    const aliases = this.#aliases(kernel, stored);
    let compiled = this.#pipelines.get(kernel);
    if (!compiled) {
      compiled = new Map();
      this.#pipelines.set(kernel, compiled);
    }
    const values = Object.keys(kernel.options).map((name) => options[name]);
    const key = aliases + values.join();
    let pipeline = compiled.get(key);
    if (!pipeline) {
      pipeline = this.#compile(kernel, aliases, options);
      compiled.set(key, pipeline);
      pipeline.catch(() => compiled.delete(key));
    }
    return pipeline;
  }

  /** Type aliases for a kernel's source, the same for what is stored in the same types. */
  #aliases(kernel: Kernel, given: Readonly<Record<string, Stored>>): string {
    const lines = [`alias Element = ${this.#types.Element};\n`];
    for (const [binding, expected] of Object.entries(kernel.stored ?? {})) {
      const alias = binding[0]!.toUpperCase() + binding.slice(1);
      const type = this.#types[given[binding] ?? expected!];
      const width = kernel.packable?.[binding];
      lines.push(width ? packableBinding(binding, alias, type, width) : `alias ${alias} = ${type};\n`);
    }
    return lines.join("");
  }

  async #compile(
    kernel: Kernel,
    aliases: string,
    options: Readonly<Record<string, number>>,
  ): Promise<GPUComputePipeline> {
    const module = this.#module(kernel, aliases);
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

  #module(kernel: Kernel, aliases: string): GPUShaderModule {
    let compiled = this.#modules.get(kernel);
    if (!compiled) {
      compiled = new Map();
      this.#modules.set(kernel, compiled);
    }
    let module = compiled.get(aliases);
    if (!module) {
      const enable = Object.values(this.#types).includes("f16") ? "enable f16;\n" : "";
      // What is wrong with the source is told when a pipeline is made from it.
      this.device.pushErrorScope("validation");
      module = this.device.createShaderModule({ label: kernel.name, code: enable + aliases + kernel.source });
      void this.device.popErrorScope().catch(() => null);
      compiled.set(aliases, module);
    }
    return module;
  }
}

/** How a binding is declared and read that may hold pairs of float16: one element, or four, as f32. */
function packableBinding(binding: string, alias: string, type: "f32" | "f16" | "packed", width: 1 | 4): string {
  const read = (result: string, value: string) => `fn read${alias}(i: u32) -> ${result} { return ${value}; }\n`;
  if (type !== "packed") {
    const [element, result] = width === 4 ? [`vec4<${type}>`, "vec4f"] : [type, "f32"];
    return `alias Stored${alias} = ${element};\n${read(result, `${result}(${binding}[i])`)}`;
  }
  if (width === 1) return `alias Stored${alias} = u32;\n${read("f32", `unpack2x16float(${binding}[i / 2])[i % 2]`)}`;
  const [low, high] = ["x", "y"].map((part) => `unpack2x16float(${binding}[i].${part})`);
  return `alias Stored${alias} = vec2u;\n${read("vec4f", `vec4f(${low}, ${high})`)}`;
}
