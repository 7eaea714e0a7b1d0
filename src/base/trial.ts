/**
 * How long a forward pass of a base model would take on an executor: its first block is computed a few times, before any weight is
 * read. Where a graphics card and the processor could both be used, this says which is faster for the model.
 */

import type { DeviceBuffer, Executor, Session } from "../executors/executor";
import { writeGraph } from "../forward/graph";
import type { Family, ModelConfig } from "../models/family";
import { Program } from "../program/program";
import { elementCount, type Tensor, tensorBytes } from "../program/tensor";

/** The batch that is tried: the page's own default. */
const BATCH = { size: 8, tokens: 64 } as const;
const RUNS = 5;
const OWNER = "trial";

/**
 * Milliseconds of a forward pass through all blocks, by the fastest of a few runs of one. The executor must be ready. `share`:
 * milliseconds after which no further run begins, but for one that is measured: the first compiles as well.
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
  const graph = writeGraph(program, [built.hidden]);
  const buffers = new Map<Tensor, DeviceBuffer>();
  const sessions: Session[] = [];
  try {
    for (const tensor of [...graph.inputs, built.hidden]) {
      const buffer = executor.memory.allocate(tensorBytes(tensor), {
        label: tensor.name,
        category: "runtime",
        owner: OWNER,
      });
      buffers.set(tensor, buffer);
      const given = (tensor as { values?: () => Float32Array | Int32Array }).values?.();
      if (given) executor.write(buffer, given);
      else if (tensor === lengths) executor.write(buffer, new Int32Array(size).fill(tokens));
      else if (tensor !== built.hidden) executor.write(buffer, wave(elementCount(tensor.shape)));
    }
    const session = await executor.session(graph, (tensor) => buffers.get(tensor)!);
    sessions.push(session);
    const timed = async () => {
      const begin = performance.now();
      await session.run();
      await executor.done();
      return performance.now() - begin;
    };
    await timed();
    let best = await timed();
    for (let run = 1; run < RUNS && performance.now() < end; run++) best = Math.min(best, await timed());
    return best * config.layers;
  } finally {
    for (const session of sessions) await session.release();
    executor.memory.releaseOwner(OWNER);
  }
}

/** Ordinary numbers: denormal ones and zeros take other times. */
function wave(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => 0.1 * Math.sin(1 + index));
}
