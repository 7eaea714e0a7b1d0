/**
 * The one contract between who writes a WGSL kernel and who dispatches it. A kernel here is a
 * description: nothing in this folder touches a device.
 *
 * A description says everything that WGSL declares about bindings, sizes and options, once: what
 * they are called, how they are used, of which type they are. The device's side writes the
 * declarations from it, before the source (`executors/webgpu/prelude.ts`). A source is a formula
 * with the shapes of its bindings, functions and `main`.
 *
 * The element type is a parameter. A binding is `array<Element>` where only activations or their
 * gradients can be bound, and `array<f32>` what is never narrower: trained tensors, their gradients
 * and moments, losses, step figures, rotary tables. Where it depends on the dispatch (the right
 * side of a product is a frozen weight, a trained factor or an activation) the type is an alias
 * named as the binding, capitalised: `b` is `array<B>`, from the places that are bound
 * (`program/place.ts`). Arithmetic is always f32: values are converted as they are loaded and
 * stored.
 *
 * On the processor the same kernel is graph nodes for onnxruntime, or a loop over its buffers:
 * `processor`. What the backward pass consists of is nodes, since onnxruntime runs many of them
 * fast together; what stands alone (losses, the update, a method's controller) is loops.
 *
 * Frozen matrices may be float16 on every device. A binding that may hold one is `packable`: it is
 * `array<StoredB>` and read by `readB(i)` alone, which unpacks pairs from 32-bit words and needs no
 * `shader-f16`.
 */

import type { Nodes } from "../onnx/writer";

/**
 * What a storage binding holds: activations and their gradients, what is always f32, or float16 in
 * pairs.
 */
export type Stored = "Element" | "f32" | "packed";

/**
 * How a kernel uses a storage binding, and which type its elements always have. Without a type they
 * are `Element`, or what the kernel's `stored` and a dispatch say.
 */
export type BindingUse = Access | `${Access} ${"f32" | "i32"}`;
type Access = "read" | "read-write";

export const isWritten = (use: BindingUse): boolean => use.startsWith("read-write");

/** A field of a kernel's uniform `Sizes` struct (4 bytes each, in declaration order). */
export type SizeType = "u32" | "f32";

/** What the choice between variants of a kernel may depend on, besides sizes. */
export interface DeviceProfile {
  /**
   * Computes on the CPU: no workgroup memory, because a barrier costs more than the work it saves.
   */
  readonly software: boolean;
}

/** What is bound to a kernel, as values of a graph. */
export interface GraphPlaces<Binding extends string = string> {
  /**
   * What a binding holds as float32 of this shape. It may hold more than the shape does; the rest
   * is left out.
   */
  read(binding: Binding, shape: readonly number[]): string;
  /** The same of a binding that holds int32. */
  integers(binding: Binding, shape: readonly number[]): string;
  /**
   * From here on a binding holds this value of this shape; with `accumulate` 1 it is added to what
   * was there.
   */
  write(binding: Binding, value: string, shape: readonly number[], accumulate?: number): void;
  /**
   * The same for `width` of a binding's columns [rows, outWidth], from `start` on; the others stay
   * as they are.
   */
  writeColumns(
    binding: Binding,
    value: string,
    sizes: Readonly<Record<"rows" | "width" | "outWidth" | "start", number>>,
    accumulate?: number,
  ): void;
}

/** What a binding holds on the processor: the same bytes as numbers of either kind. */
export interface LoopMemory {
  readonly f32: Float32Array;
  readonly i32: Int32Array;
}

type Numbers<Name extends string> = Readonly<Record<Name, number>>;

/** A kernel on the processor: nodes of a graph, or a loop. Both compute what the WGSL says. */
export type ProcessorForm<
  Binding extends string = string,
  Size extends string = string,
  Option extends string = string,
> =
  | {
      readonly nodes: (nodes: Nodes, at: GraphPlaces<Binding>, sizes: Numbers<Size>, options: Numbers<Option>) => void;
    }
  | {
      readonly loop: (
        at: Readonly<Record<Binding, LoopMemory>>,
        sizes: Numbers<Size>,
        options: Numbers<Option>,
      ) => void;
    };

export interface Kernel<Binding extends string = string, Size extends string = string, Option extends string = string> {
  readonly name: string;
  /**
   * The WGSL file's text, with those that it shares: it uses bindings, sizes and options, and
   * declares none of them.
   */
  readonly source: string;
  /**
   * Storage buffers in order: the first is `@binding(1)`; `@binding(0)` is the uniform `sizes:
   * Sizes`.
   */
  readonly bindings: Readonly<Record<Binding, BindingUse>>;
  /**
   * What is in the bindings whose type depends on the dispatch, unless the dispatch says otherwise.
   */
  readonly stored?: Readonly<Partial<Record<Binding, Stored>>>;
  /** Bindings of `stored` that may be packed. */
  readonly packable?: readonly NoInfer<Binding>[];
  /** Bindings are arrays of `vec4`: one index reads or writes four elements. Default: one. */
  readonly vectors?: true;
  /** Fields of the uniform struct `Sizes`, in order. */
  readonly sizes: Readonly<Record<Size, SizeType>>;
  /**
   * `override` constants with their defaults: they select structure (a transposed operand, adding
   * to the output), never a size.
   */
  readonly options: Readonly<Record<Option, number>>;
  readonly processor: ProcessorForm<Binding, Size, Option>;
  /** Workgroup counts for a dispatch. */
  readonly workgroups: (
    sizes: Readonly<Record<Size, number>>,
    options: Readonly<Record<Option, number>>,
  ) => readonly [number, number, number];
  /**
   * The kernel that does the same faster at these sizes on this device, with the same bindings,
   * sizes and options; undefined where there is none.
   */
  readonly variant?: (
    sizes: Readonly<Record<Size, number>>,
    options: Readonly<Record<Option, number>>,
    profile: DeviceProfile,
  ) => Kernel<Binding, Size, Option> | undefined;
}

/**
 * One dispatch of a kernel on names of places while Programs are built (`program/place.ts`), and on
 * buffers when it is bound.
 */
export interface Dispatch<Place> {
  readonly kernel: Kernel;
  readonly bindings: Readonly<Record<string, Place>>;
  /** What the bindings hold; those left out hold what the kernel expects. */
  readonly stored?: Readonly<Record<string, Stored>>;
  readonly sizes: Readonly<Record<string, number>>;
  readonly options: Readonly<Record<string, number>>;
}

/** Declares a kernel and keeps the literal types of its names. */
export function defineKernel<Binding extends string, Size extends string, Option extends string = never>(
  kernel: Omit<Kernel<Binding, Size, Option>, "options"> & { readonly options?: Readonly<Record<Option, number>> },
): Kernel<Binding, Size, Option> {
  return { ...kernel, options: kernel.options ?? ({} as Record<Option, number>) };
}

/**
 * A dispatch whose bindings, sizes and options are checked against the kernel's names. Options left
 * out keep their defaults.
 */
export function dispatch<Place, Binding extends string, Size extends string, Option extends string>(
  kernel: Kernel<Binding, Size, Option>,
  bindings: Readonly<Record<Binding, Place>>,
  sizes: Readonly<Record<Size, number>>,
  options?: Readonly<Partial<Record<Option, number>>>,
): Dispatch<Place> {
  return { kernel: kernel as unknown as Kernel, bindings, sizes, options: { ...kernel.options, ...options } };
}
