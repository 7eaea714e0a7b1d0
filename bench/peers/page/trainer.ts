/** What a library's trainer offers, and the measuring of it. Not for what a step does: each library has a file of its own. */

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
  readonly milliseconds: readonly number[];
}

export type Library = "studio" | "jax" | "tensorflow";

declare global {
  interface Window {
    /** What the page offers: `steps` steps of the case with one library. */
    measure(library: Library, backend: string, threads: number, steps: number): Promise<Measured>;
  }
}

/** Steps of warm-up and then measured ones, the batches in turn. */
export async function measure(
  { version, threads, step }: Trainer,
  backend: string,
  { batches }: Case,
  count: number,
): Promise<Measured> {
  const losses: number[] = [];
  const milliseconds: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    losses.push(await step(batches[index % batches.length]!));
    milliseconds.push(performance.now() - start);
  }
  return { version, backend, threads, losses, milliseconds };
}
