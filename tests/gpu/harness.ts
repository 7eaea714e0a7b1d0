/**
 * Runs one kernel on typed arrays, on one device that all tests share, inside an error scope that must stay empty;
 * and compares with float64 references. Not a test itself.
 */

import { expect } from "vitest";
import { openDevice } from "../../src/gpu/device";
import { compileDispatches } from "../../src/gpu/dispatches";
import { Memory } from "../../src/gpu/memory";
import { Pipelines } from "../../src/gpu/pipelines";
import { readBuffer } from "../../src/gpu/readback";
import { dispatch, type Kernel } from "../../src/kernels/kernel";

export interface Bench {
  readonly device: GPUDevice;
  readonly memory: Memory;
  /** Fitted to software adapters: no barriers. */
  readonly direct: Pipelines;
  /** Fitted to hardware: workgroup memory. */
  readonly cooperative: Pipelines;
}

let opened: Promise<Bench> | undefined;

/** The shared device with what is built on it. */
export function openBench(): Promise<Bench> {
  opened ??= (async () => {
    const result = await openDevice();
    if (!("device" in result)) throw new Error(result.message);
    const { device } = result;
    return {
      device,
      memory: new Memory(device),
      direct: new Pipelines(device, { software: true }),
      cooperative: new Pipelines(device, { software: false }),
    };
  })();
  return opened;
}

export type Values = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** The ways a kernel may be fitted to a device; every kernel must be right in both. */
export const FITS = ["direct", "cooperative"] as const;

/**
 * Runs a kernel once and returns what is then in its read-write bindings. Every buffer has 64 extra elements at its end,
 * filled with a pattern, which must be untouched afterwards.
 */
export async function runKernel<Binding extends string, Size extends string, Option extends string>(
  kernel: Kernel<Binding, Size, Option>,
  bindings: Readonly<Record<Binding, Values>>,
  sizes: Readonly<Record<Size, number>>,
  options?: Readonly<Partial<Record<Option, number>>>,
  fit: (typeof FITS)[number] = "direct",
): Promise<Record<Binding, Float32Array>> {
  const { device, memory, [fit]: pipelines } = await openBench();
  const owner = "test";
  device.pushErrorScope("validation");
  try {
    const buffers = {} as Record<Binding, GPUBuffer>;
    for (const [name, values] of Object.entries(bindings) as [Binding, Values][]) {
      buffers[name] = memory.allocate(values.byteLength + GUARD * 4, { label: name, category: "activations", owner });
      device.queue.writeBuffer(buffers[name], 0, values);
      device.queue.writeBuffer(buffers[name], values.byteLength, new Float32Array(GUARD).fill(PATTERN));
    }
    const one = dispatch(kernel, buffers, sizes, options);
    const compiled = await compileDispatches({ device, memory, pipelines }, [one], { owner });
    const encoder = device.createCommandEncoder();
    compiled.encode(encoder);
    device.queue.submit([encoder.finish()]);
    const results = {} as Record<Binding, Float32Array>;
    for (const [name, access] of Object.entries(kernel.bindings) as [Binding, string][]) {
      const { length } = bindings[name];
      const all = new Float32Array(await readBuffer(device, buffers[name], (length + GUARD) * 4));
      const guard = all.subarray(length);
      if (guard.some((value) => value !== PATTERN)) throw new Error(`${kernel.name} wrote past the end of "${name}".`);
      if (access === "read-write") results[name] = all.slice(0, length);
    }
    return results;
  } finally {
    memory.releaseOwner(owner);
    const error = await device.popErrorScope();
    expect(error?.message ?? null).toBeNull();
  }
}

const GUARD = 64;
const PATTERN = -12345.5;

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
 * Every element must be within `tolerance` of the float64 reference, relative to the element's own size or, for elements
 * that cancel to almost nothing, to `floor` times the largest element.
 */
export function expectClose(actual: Float32Array, expected: ArrayLike<number>, tolerance: number, floor = 0.01): void {
  expect(actual.length).toBe(expected.length);
  const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let worst = 0;
  let where = -1;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / Math.max(Math.abs(expected[i]!), floor * largest, 1e-30);
    if (!(error <= worst)) {
      worst = error;
      where = i;
    }
  }
  expect(worst, `element ${where}: ${actual[where]} instead of ${expected[where]}`).toBeLessThanOrEqual(tolerance);
}

/** What `out` must hold after adding to (or replacing) what it held. */
export function accumulated(before: ArrayLike<number>, value: ArrayLike<number>, accumulate: number): Float64Array {
  return Float64Array.from(value, (element, i) => (accumulate ? before[i]! : 0) + element);
}

/** Tolerances: kernels that compute elements on their own, and kernels that sum. */
export const ELEMENTWISE = 1e-5;
export const REDUCTION = 1e-4;
