/**
 * What it would gain on the processor to stack the rows of several runs in products with the same
 * frozen matrix.
 */

import type { DeviceBuffer, Executor } from "../../src/executors/executor";
import { writeGraph } from "../../src/forward/graph";
import type { ModelConfig } from "../../src/models/family";
import { linear } from "../../src/operations/linear";
import { Program } from "../../src/program/program";
import { type Tensor, tensorBytes } from "../../src/program/tensor";
import { medians } from "./clock";
import type { StackedTimes } from "./parts";

/** Runs side by side. */
const RUNS = 4;
const OWNER = "benchmark";

/**
 * The linears of one block, each as [out, in]; `intermediate`: width of the MLP. Rows of one run: a
 * batch of 8 × 64.
 */
export async function stackedTimes(
  executor: Executor,
  { hiddenSize, heads, keyValueHeads, headSize }: ModelConfig,
  intermediate: number,
  samples: number,
): Promise<StackedTimes[]> {
  const shapes = [
    [heads * headSize, hiddenSize],
    [keyValueHeads * headSize, hiddenSize],
    [intermediate, hiddenSize],
    [hiddenSize, intermediate],
  ] as const;
  const times: StackedTimes[] = [];
  for (const shape of shapes) times.push(await timeStacked(executor, shape, 8 * 64, samples));
  return times;
}

async function timeStacked(
  executor: Executor,
  shape: readonly [number, number],
  rows: number,
  samples: number,
): Promise<StackedTimes> {
  try {
    const apart = await product(executor, shape, rows);
    const stacked = await product(executor, shape, RUNS * rows);
    const runs = Array.from({ length: RUNS });
    const took = await medians(
      executor,
      {
        apart: async () => {
          for (const _ of runs) await apart.run();
        },
        stacked: () => stacked.run(),
      },
      samples,
    );
    await apart.release();
    await stacked.release();
    return { shape, rows, runs: RUNS, ...took };
  } finally {
    executor.memory.releaseOwner(OWNER);
  }
}

/** A frozen linear as the forward pass has it. */
async function product(executor: Executor, shape: readonly [number, number], rows: number) {
  const program = new Program();
  const x = program.input("x", [rows, shape[1]], "float32");
  const weight = program.input("weight", [...shape], "float32");
  const output = linear(program, "out", x, weight);
  const buffers = new Map<Tensor, DeviceBuffer>();
  for (const tensor of [x, weight, output]) {
    const allocation = { label: tensor.name, category: "activations", owner: OWNER } as const;
    buffers.set(tensor, executor.memory.allocate(tensorBytes(tensor), allocation));
  }
  for (const tensor of [x, weight]) {
    const values = Float32Array.from({ length: tensorBytes(tensor) / 4 }, (_, index) => Math.sin(1 + index));
    executor.write(buffers.get(tensor)!, values);
  }
  return executor.session(writeGraph(program, [output]), (tensor) => buffers.get(tensor)!);
}
