/**
 * What the frozen model makes of every training row: the state that a head would read. One pass
 * over the rows, before a run that answers by way of them is compiled.
 */

import type { BaseModel } from "../base/base-model";
import { leaves } from "../base/leaves";
import { withSession } from "../base/once";
import type { PlannedBatch } from "../data/batches";
import type { TokenizedExample } from "../data/tokens";
import { type DeviceBuffer, type Executor, upload } from "../executors/executor";
import { type FitWork, rowAnswers, type TextRows, type TrainingRows } from "../methods/answerer";
import { linearProbe } from "../methods/linear-probe/linear-probe";
import type { MethodContext } from "../methods/method";
import type { TrainingConfiguration } from "../plan/configuration";
import type { StudioEvent } from "../plan/events";
import { type Amounts, withProgress } from "../plan/waiting";
import { pooledState } from "../tasks/heads";
import type { Task } from "../tasks/task";
import type { Feed } from "./feed";
import type { ResolvedMethod } from "./resolve";
import { type ComparisonData, inputChannels } from "./rows";
import { rowWeights, textRows } from "./text-rows";
import { buildTunedModel, type Pooling } from "./tuned-program";

/** How many training rows there are, and what the frozen model makes of them. */
export interface RowReader {
  readonly count: number;
  /** Reads them when it is first called. */
  read(): Promise<TrainingRows>;
  /** The same rows as texts, which the model does not see. */
  texts(): TextRows;
  /** Says what a person should know of a run's answers by way of them. */
  notice(run: string, message: string): void;
  /** How a run is fitted to them. */
  work(run: string): FitWork;
}

export interface RowReaderSetup {
  readonly task: Task;
  readonly executor: Executor;
  readonly model: BaseModel;
  readonly data: Pick<ComparisonData, "labels" | "scale">;
  readonly training: Pick<TrainingConfiguration, "batchSize">;
  readonly pooling: Pooling;
  readonly emit: (event: StudioEvent) => void;
  /** See `FitWork`. */
  readonly goOn: () => Promise<boolean>;
}

/**
 * Of a comparison's training rows: read once, however many of its runs ask. Nothing else may use
 * the feed meanwhile.
 */
export function rowReader(setup: RowReaderSetup, feed: Feed, rows: readonly TokenizedExample[]): RowReader {
  const { model, data, emit, task, goOn } = setup;
  const labels = Int32Array.from(rows, (row) => row.labels[0]!);
  const others = { width: model.config.hiddenSize, labels, classes: data.labels.length, weights: rowWeights(rows) };
  let states: Promise<Float32Array> | null = null;
  const read = async () => {
    states ??= rowStates(setup, feed, rows);
    return { states: await states, ...others };
  };
  const notice = (run: string, message: string) => emit({ type: "notice", run, message });
  return {
    count: labels.length,
    read,
    texts: () => textRows({ ...data, train: rows }, task),
    notice,
    work: (run) => ({ notice: (message) => notice(run, message), goOn }),
  };
}

/** What an answerer reads of the training rows, by tensor name; empty for all others. */
export async function rowTables(
  executor: Executor,
  setup: Pick<ResolvedMethod, "method" | "options"> & { name: string; trainingRows?: RowReader },
  owner: string,
): Promise<ReadonlyMap<string, DeviceBuffer>> {
  const { name, method, options, trainingRows } = setup;
  const answers = rowAnswers(method);
  if (!answers || !trainingRows) return new Map();
  const tables = await answers.tables(options, await trainingRows.read(), trainingRows.work(name));
  const put = (label: string, values: Float32Array) => upload(executor, values, { label, category: "runtime", owner });
  return new Map([...tables].map(([name, values]) => [name, put(name, values)]));
}

/** [training rows, hiddenSize]. Nothing of it stays on the device. */
async function rowStates(
  { executor, model, training, emit, pooling }: RowReaderSetup,
  feed: Feed,
  rows: readonly TokenizedExample[],
): Promise<Float32Array> {
  const { batchSize } = training;
  const owner = "states of training rows";
  const { hiddenSize } = model.config;
  const allocate = (label: string, rows: number) =>
    executor.memory.allocate(rows * hiddenSize * 4, { label, category: "runtime", owner });
  const batches = feed.batches(rows);
  const all = allocate(owner, rows.length);
  const readAll = async (report: (amounts: Amounts) => void) => {
    for (const [bucket, own] of byBucket(batches)) {
      const buffers = feed.buffers.get(bucket)!;
      const inputs = inputChannels(model, (channel) => buffers.channels.includes(channel));
      const setup = { method: linearProbe, options: {}, context: contextOf(model), inputs };
      const { program, states } = buildTunedModel(setup, batchSize, bucket);
      const output = pooledState(program, states, pooling);
      const computed = allocate(`of ${bucket} tokens`, batchSize);
      const computation = { program, leaves: leaves(buffers.layer, model.buffer) };
      await withSession(executor, computation, new Map([[output, computed]]), async (run) => {
        for (const batch of own) {
          const [done, total] = [batches.indexOf(batch), batches.length];
          report({ wait: "reading training rows", detail: "", done, total, unit: "batches" });
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
  };
  try {
    await withProgress(emit, readAll);
    return new Float32Array(await executor.read(all, rows.length * hiddenSize * 4));
  } finally {
    executor.memory.releaseOwner(owner);
  }
}

function byBucket(batches: readonly PlannedBatch[]): Map<number, PlannedBatch[]> {
  const sorted = new Map<number, PlannedBatch[]>();
  for (const batch of batches) sorted.set(batch.bucket, [...(sorted.get(batch.bucket) ?? []), batch]);
  return sorted;
}

/** Of a method without a text. */
function contextOf({ family, config, precision, largestBuffer }: BaseModel): MethodContext {
  return { family, config, precision, largestBuffer, textIds: [], randomIds: () => [] };
}
