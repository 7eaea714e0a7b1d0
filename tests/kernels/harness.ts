/**
 * Runs one kernel on typed arrays and compares with float64 references: in Node its form for the
 * processor, in a browser its WGSL on one device that all tests share, inside an error scope that
 * must stay empty. Not a test itself.
 */

import { expect } from "vitest";
import type { DeviceBuffer } from "../../src/executors/executor";
import { compileDispatches } from "../../src/executors/webgpu/dispatches";
import { readBuffer } from "../../src/executors/webgpu/readback";
import {
  type BindingUse,
  type Dispatch,
  dispatch,
  isWritten,
  type Kernel,
  type Stored,
} from "../../src/kernels/kernel";
import { openBench } from "../gpu/bench";
import { onProcessor, testExecutor } from "../training/executor";

export { onProcessor };

export type Values =
  | Float32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float16Array<ArrayBuffer>
  /** Bit patterns of float16, for a binding that may be packed. */
  | Uint16Array<ArrayBuffer>;

/**
 * The ways a kernel may be fitted to a graphics device; every kernel must be right in both. The
 * processor has one.
 */
export const FITS: readonly ("direct" | "cooperative")[] = onProcessor ? ["direct"] : ["direct", "cooperative"];

/**
 * What a cell holds that a kernel must not let into what it computes. The processor's forms
 * multiply it by 0, if it is finite.
 */
export const UNREAD = onProcessor ? 1000 : Number.NaN;

/**
 * Runs a kernel once and returns what is then in its read-write bindings. With a Float16Array among
 * the bindings it runs in its float16 form, and what is bound as a Float32Array is told to be
 * float32. Every buffer has 64 extra elements at its end, filled with a pattern, which must be
 * untouched afterwards.
 */
export async function runKernel<Binding extends string, Size extends string, Option extends string>(
  kernel: Kernel<Binding, Size, Option>,
  bindings: Readonly<Record<Binding, Values>>,
  sizes: Readonly<Record<Size, number>>,
  options?: Readonly<Partial<Record<Option, number>>>,
  fit: (typeof FITS)[number] = "direct",
): Promise<Record<Binding, Float32Array>> {
  const given = Object.entries(bindings) as [Binding, Values][];
  const isHalf = given.some(([, values]) => values.constructor.name === "Float16Array");
  const isPacked = given.some(([, values]) => values instanceof Uint16Array);
  const guarded = given.map(([name, values]): [Binding, Values] => [name, withGuard(values)]);
  const bound = (buffers: Record<Binding, never>): Dispatch<never> => ({
    ...dispatch(kernel, buffers, sizes, options),
    stored: isHalf || isPacked ? storedIn(kernel, given) : undefined,
  });
  const read = onProcessor
    ? await runOnProcessor(guarded, bound)
    : await runOnDevice(guarded, bound, { fit, half: isHalf });
  const results = {} as Record<Binding, Float32Array>;
  for (const [name, use] of Object.entries(kernel.bindings) as [Binding, BindingUse][]) {
    const values = bindings[name];
    // Their patterns are no numbers, and no kernel writes them.
    if (values instanceof Int32Array || values instanceof Uint16Array) continue;
    const all = Float32Array.from(
      values.BYTES_PER_ELEMENT === 2 ? new Float16Array(read[name]) : new Float32Array(read[name]),
    );
    const guard = all.subarray(values.length);
    if (guard.some((value) => value !== PATTERN)) {
      throw new Error(`${kernel.name} wrote past the end of "${name}".`);
    }
    if (isWritten(use)) results[name] = all.slice(0, values.length);
  }
  return results;
}

const owner = "test";

/** What every binding holds after the dispatch. */
async function runOnProcessor<Binding extends string>(
  given: readonly [Binding, Values][],
  bound: (buffers: Record<Binding, never>) => Dispatch<never>,
): Promise<Record<Binding, ArrayBuffer>> {
  const executor = await testExecutor();
  const { memory } = executor;
  try {
    const buffers = {} as Record<Binding, DeviceBuffer>;
    for (const [name, values] of given) {
      buffers[name] = memory.allocate(values.byteLength, { label: name, category: "activations", owner });
      executor.write(buffers[name], values as Exclude<Values, Float16Array>);
    }
    const compiled = await executor.compile([bound(buffers as Record<Binding, never>)], { owner });
    const commands = executor.commands();
    commands.run(compiled);
    await commands.submit();
    const read = {} as Record<Binding, ArrayBuffer>;
    for (const [name, values] of given) read[name] = await executor.read(buffers[name], values.byteLength);
    compiled.release();
    return read;
  } finally {
    memory.releaseOwner(owner);
  }
}

async function runOnDevice<Binding extends string>(
  given: readonly [Binding, Values][],
  bound: (buffers: Record<Binding, never>) => Dispatch<never>,
  { fit, half }: { fit: (typeof FITS)[number]; half: boolean },
): Promise<Record<Binding, ArrayBuffer>> {
  const bench = await openBench();
  const { device, memory } = bench;
  const pipelines = half ? bench.half?.[fit] : bench[fit];
  if (!pipelines) throw new Error("The device has no shader-f16.");
  device.pushErrorScope("validation");
  try {
    const buffers = {} as Record<Binding, GPUBuffer>;
    for (const [name, values] of given) {
      buffers[name] = memory.allocate(values.byteLength, { label: name, category: "activations", owner });
      device.queue.writeBuffer(buffers[name], 0, values.buffer);
    }
    const list = [bound(buffers as Record<Binding, never>)];
    const compiled = await compileDispatches({ device, memory, pipelines }, list, { owner });
    const encoder = device.createCommandEncoder();
    compiled.encode(encoder);
    device.queue.submit([encoder.finish()]);
    const read = {} as Record<Binding, ArrayBuffer>;
    for (const [name, values] of given) read[name] = await readBuffer(device, buffers[name], values.byteLength);
    return read;
  } finally {
    memory.releaseOwner(owner);
    const error = await device.popErrorScope();
    expect(error?.message ?? null).toBeNull();
  }
}

/**
 * Elements after the end of a buffer; exact in float16 and float32. Their number keeps the bytes a
 * multiple of 4.
 */
const GUARD = 64;
const PATTERN = -12344;

function withGuard(values: Values): Values {
  const length = Math.ceil((values.length + GUARD) / 2) * 2;
  const guarded = new (values.constructor as new (length: number) => Values)(length).fill(PATTERN);
  guarded.set(values);
  return guarded;
}

/**
 * What float32 values are bound where a float16 kernel would otherwise expect activations or
 * weights.
 */
function storedIn(kernel: Kernel, bindings: readonly [string, Values][]): Record<string, Stored> {
  const choosable = bindings.filter(([name]) => name in (kernel.stored ?? {}));
  return Object.fromEntries(
    choosable.map(([name, values]) => {
      if (values instanceof Uint16Array) return [name, "packed"];
      return [name, values.BYTES_PER_ELEMENT === 2 ? "Element" : "f32"];
    }),
  );
}

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Seeded values, uniform in [−scale, scale). */
export function random(count: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  const next = generator(seed);
  return Float32Array.from({ length: count }, () => (next() * 2 - 1) * scale);
}

/** Seeded whole numbers in [from, to). */
export function randomIntegers(count: number, seed: number, from: number, to: number): Int32Array<ArrayBuffer> {
  const next = generator(seed);
  return Int32Array.from({ length: count }, () => from + Math.floor(next() * (to - from)));
}

/**
 * Every element must be within `tolerance` of the float64 reference, relative to the element's own
 * size. Smaller ones than `floor` times the largest are compared with that instead: by default only
 * numbers below float32's smallest.
 */
export function expectClose(
  actual: Float32Array,
  expected: ArrayLike<number>,
  tolerance: number,
  floor = DENORMAL,
): void {
  expect(actual.length).toBe(expected.length);
  const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let worst = 0;
  let where = -1;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / Math.max(Math.abs(expected[i]!), floor * largest, 1e-30);
    if (!(error <= worst)) {
      // A NaN must not be forgotten for the next element.
      worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
      where = i;
    }
  }
  expect(worst, `element ${where}: ${actual[where]} instead of ${expected[where]}`).toBeLessThanOrEqual(tolerance);
}

/** What `out` must hold after adding to (or replacing) what it held. */
export function accumulated(before: ArrayLike<number>, value: ArrayLike<number>, accumulate: number): Float64Array {
  return Float64Array.from(value, (element, i) => (accumulate ? before[i]! : 0) + element);
}

const DENORMAL = 1e-30;

/**
 * The floor for sums of both signs (matrix products, attention, norms, columns). Every summand is
 * rounded to 6e-8 of its own size, so a sum that cancels to a thousandth of it keeps no more than 4
 * digits, in any order of adding: below 1e-3 of the largest element REDUCTION cannot be asked of
 * float32. Elementwise kernels, and sums of one sign, need none.
 */
export const CANCELLING = 1e-3;

/**
 * The floor for functions whose tails onnxruntime computes to 1e-7 of 1, not of themselves
 * (sigmoid, erf, tanh), and what derivatives make of that: a graphics card's kernels need none.
 */
export const TAILS = onProcessor ? 0.25 : DENORMAL;

/** Tolerances: kernels that compute elements on their own, and kernels that sum. */
export const ELEMENTWISE = 1e-5;
export const REDUCTION = 1e-4;
