/**
 * One row on the device for an instrument: a batch of one beside the run's own batches, a Program
 * of that size, and buffers that are let go when the work is done. The run's tensors are read.
 */

import { held, type Leaves, leaves } from "../base/leaves";
import type { EncodedRow } from "../data/tokens";
import { type DeviceBuffer, type Executor, upload } from "../executors/executor";
import { writeGraph } from "../forward/graph";
import { elementCount, type Tensor, tensorBytes } from "../program/tensor";
import type { Feed } from "../runs/feed";
import { Feeds } from "../runs/feeds";
import type { Run } from "../runs/run";
import { buildTunedProgram, type TunedProgram } from "../runs/tuned-program";
import type { MeasuredRun } from "./instrument";

export interface OneRow {
  /** As the run reads it, padded to the length that its batches would have. */
  readonly row: EncodedRow;
  readonly bucket: number;
  readonly tuned: TunedProgram;
  /** A new buffer. */
  allocate(label: string, bytes: number): DeviceBuffer;
  /** Buffers for these tensors, and `own` for what they and the row do not have. */
  bind(tensors: Iterable<Tensor>): { readonly own: ReadonlyMap<Tensor, DeviceBuffer>; readonly all: Leaves };
}

/** The run must be compiled, and not train meanwhile. */
export async function withOneRow<Result>(
  { executor, model }: Pick<MeasuredRun, "executor" | "model">,
  run: Run,
  feed: Feed,
  asked: EncodedRow,
  work: (row: OneRow) => Promise<Result>,
): Promise<Result> {
  const { memory } = executor;
  const owner = `one row for ${run.owner}`;
  const allocate = (label: string, bytes: number) => memory.allocate(bytes, { label, category: "activations", owner });
  const row = feed.shown(asked);
  // It may be longer than all that was trained on.
  const bucket = Math.max(feed.bucketFor(row.ids.length), row.ids.length);
  const { channels } = feed;
  try {
    const feeds = new Feeds(executor, model, { buckets: [bucket], batchSize: 1, channels, owner });
    const own = feeds.after(run.context.textIds);
    own.fill([row], { rows: [0], bucket });
    // Words apart: what enters for each of them can be asked for.
    const tuned = buildTunedProgram({ ...run.tunedSetup, wordsApart: true, onlyRead: true }, 1, bucket);
    const others = await run.leaves();
    const masks = new Map(
      tuned.program.noises.map((noise) => {
        const ones = new Float32Array(elementCount(noise.shape)).fill(1);
        return [noise as Tensor, upload(executor, ones, { label: noise.name, category: "activations", owner })];
      }),
    );
    run.rest();
    return await work({
      ...{ row, bucket, tuned, allocate },
      bind(tensors) {
        const buffers = new Map([...tensors].map((tensor) => [tensor, allocate(tensor.name, tensorBytes(tensor))]));
        return { own: buffers, all: leaves(own.buffers.get(bucket)!.layer, held(buffers), held(masks), others) };
      },
    });
  } finally {
    await executor.done();
    memory.releaseOwner(owner);
  }
}

/** What tensors of the row's Program come to. */
export async function compute(
  executor: Executor,
  { tuned, bind }: Pick<OneRow, "tuned" | "bind">,
  outputs: readonly Tensor[],
): Promise<Float32Array[]> {
  const { own, all } = bind(outputs);
  const session = await executor.session(writeGraph(tuned.program, outputs), all);
  try {
    await session.run();
    return await Promise.all(
      outputs.map(async (tensor) => {
        return new Float32Array(await executor.read(own.get(tensor)!, tensorBytes(tensor)));
      }),
    );
  } finally {
    await session.release();
  }
}
