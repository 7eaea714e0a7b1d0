/** One engine for all tests of a file: the executor that computes on the processor, in Node. */

import type { Engine } from "../../src/training/engine";

export async function realExecutor(): Promise<Engine> {
  throw new Error("The executor that computes on the processor is not there yet.");
}
