/**
 * What a library's trainer offers, and the measuring of it. Not for what a step does: each library
 * has a file of its own.
 */

import type { Case, CaseBatch } from "../case";

export interface Trainer {
  /** With the library's name. */
  readonly version: string;
  /** On the processor; null on a graphics adapter. */
  readonly threads: number | null;
  /** From a batch in JavaScript to an update done: the loss before it. */
  step(batch: CaseBatch): Promise<number>;
}

export interface Measured {
  readonly version: string;
  readonly backend: string;
  readonly threads: number | null;
  /** Of every step, warm-up included. */
  readonly losses: readonly number[];
  /** Of the steps after the warm-up. */
  readonly milliseconds: readonly number[];
}

export type Library = "studio" | "jax" | "tensorflow";

declare global {
  interface Window {
    /** What the page offers: `steps` steps of the case with one library. */
    measure(library: Library, backend: string, threads: number, steps: number): Promise<Measured>;
  }
}

/**
 * Steps and seconds before anything is measured: browsers compile WebAssembly anew, and faster,
 * while it runs.
 */
const WARM_UP = { steps: 5, seconds: 6 } as const;

/** Steps of warm-up and then `count` measured ones, the batches in turn. */
export async function measure(
  { version, threads, step }: Trainer,
  backend: string,
  { batches }: Case,
  count: number,
): Promise<Measured> {
  const losses: number[] = [];
  const milliseconds: number[] = [];
  const next = async () => {
    const start = performance.now();
    losses.push(await step(batches[losses.length % batches.length]!));
    return performance.now() - start;
  };
  const begun = performance.now();
  while (losses.length < WARM_UP.steps || performance.now() - begun < 1000 * WARM_UP.seconds) await next();
  for (let index = 0; index < count; index++) milliseconds.push(await next());
  return { version, backend, threads, losses, milliseconds };
}
