/**
 * How long a forward pass of a base model would take on an executor: its first block is computed a
 * few times, before any weight is read. Where a graphics card and the processor could both be used,
 * this says which is faster for the model.
 */

import type { Executor } from "../executors/executor";
import type { Family, ModelConfig } from "../models/family";
import { Program } from "../program/program";
import { elementCount, type Tensor, tensorBytes } from "../program/tensor";
import { withSession } from "./once";

/** The batch that is tried: the page's own default. */
const BATCH = { size: 8, tokens: 64 } as const;
const RUNS = 5;
const OWNER = "trial";

/**
 * Milliseconds of a forward pass through all blocks, by the fastest of a few runs of one. The
 * executor must be ready. `share`: milliseconds after which no further run begins, but for one that
 * is measured: the first compiles as well.
 */
export async function trialTime(
  executor: Executor,
  family: Family,
  config: ModelConfig,
  share: number,
): Promise<number> {
  const end = performance.now() + share;
  const { size } = BATCH;
  const tokens = Math.min(BATCH.tokens, config.contextLength);
  const program = new Program("float32", executor.largestBuffer);
  const lengths = program.input("lengths", [size], "int32");
  const state = program.input("states", [size * tokens, config.hiddenSize], "float32");
  const one = { ...config, layers: 1 };
  const built = family.build(program, one, state, { size, tokens, lengths }, {});
  const given = (leaf: Tensor) => {
    if (leaf === lengths) return new Int32Array(size).fill(tokens);
    return leaf.role === "constant" ? undefined : wave(elementCount(leaf.shape));
  };
  const { hidden } = built;
  const allocation = { label: hidden.name, category: "runtime", owner: OWNER } as const;
  try {
    const outputs = new Map([[hidden, executor.memory.allocate(tensorBytes(hidden), allocation)]]);
    const best = await withSession(executor, { program, given }, outputs, async (run) => {
      const timed = async () => {
        const begin = performance.now();
        await run();
        await executor.done();
        return performance.now() - begin;
      };
      await timed();
      let fastest = await timed();
      for (let count = 1; count < RUNS && performance.now() < end; count++) fastest = Math.min(fastest, await timed());
      return fastest;
    });
    return best * config.layers;
  } finally {
    executor.memory.releaseOwner(OWNER);
  }
}

/** Ordinary numbers: denormal ones and zeros take other times. */
function wave(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => 0.1 * Math.sin(1 + index));
}
