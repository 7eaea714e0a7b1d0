/**
 * The state that a head reads, of many rows: one forward pass of each, in the batches of a feed.
 * For what compares rows by their states; answers come from `answers/answers.ts`.
 */

import { type Leaves, leaves } from "../base/leaves";
import { withSession } from "../base/once";
import type { PlannedBatch } from "../data/batches";
import type { Channel } from "../data/channels";
import type { TokenizedExample } from "../data/tokens";
import type { Executor } from "../executors/executor";
import type { RunPooling } from "../models/family";
import { pooledState } from "../tasks/heads";
import type { Feed } from "./feed";
import { buildTunedModel, type TunedSetup } from "./tuned-program";

/** Who reads the rows. */
export interface StateReader {
  readonly setup: Omit<TunedSetup, "task" | "classes" | "pooling" | "inputs">;
  /** Those that enter the model, of a batch's channels. */
  readonly inputs: (channels: readonly Channel[]) => readonly Channel[];
  readonly pooling: RunPooling;
  /** Of all that is not in the batch. */
  readonly leaves: Leaves;
  /** Rows of a batch of the feed. */
  readonly batchSize: number;
}

/**
 * [rows, hiddenSize], in the rows' order. Nothing of it stays on the device; nothing else may use
 * the feed meanwhile. `report` is called before every batch; what it throws ends the reading.
 */
export async function pooledStates(
  executor: Executor,
  { setup, inputs, pooling, leaves: others, batchSize }: StateReader,
  feed: Feed,
  rows: readonly Pick<TokenizedExample, "ids" | "text">[],
  report: (done: number, total: number) => void,
): Promise<Float32Array> {
  const owner = "states of rows";
  const { hiddenSize } = setup.context.config;
  const allocate = (label: string, count: number) =>
    executor.memory.allocate(count * hiddenSize * 4, { label, category: "runtime", owner });
  const batches = feed.batches(rows);
  try {
    const all = allocate(owner, rows.length);
    for (const [bucket, own] of byBucket(batches)) {
      const buffers = feed.buffers.get(bucket)!;
      const { program, states } = buildTunedModel({ ...setup, inputs: inputs(buffers.channels) }, batchSize, bucket);
      const output = pooledState(program, states, pooling);
      const computed = allocate(`of ${bucket} tokens`, batchSize);
      const computation = { program, leaves: leaves(buffers.layer, others) };
      await withSession(executor, computation, new Map([[output, computed]]), async (run) => {
        for (const batch of own) {
          report(batches.indexOf(batch), batches.length);
          feed.fill(rows, batch);
          await run();
          const commands = executor.commands();
          batch.rows.forEach((row, place) => {
            commands.copy(computed, place * hiddenSize * 4, all, row * hiddenSize * 4, hiddenSize * 4);
          });
          await commands.submit();
        }
      });
    }
    return new Float32Array(await executor.read(all, rows.length * hiddenSize * 4));
  } finally {
    executor.memory.releaseOwner(owner);
  }
}

/** Batches of the same padded length, which one compiled Program reads. */
export function byBucket(batches: readonly PlannedBatch[]): Map<number, PlannedBatch[]> {
  const sorted = new Map<number, PlannedBatch[]>();
  for (const batch of batches) sorted.set(batch.bucket, [...(sorted.get(batch.bucket) ?? []), batch]);
  return sorted;
}
