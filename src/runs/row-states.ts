/**
 * What the frozen model makes of every training row: the state that a head would read. One pass
 * over the rows, before a run that answers by way of them is compiled.
 */

import type { BaseModel } from "../base/base-model";
import { leaves } from "../base/leaves";
import type { Channel } from "../data/channels";
import type { TokenizedExample } from "../data/tokens";
import { type DeviceBuffer, type Executor, upload } from "../executors/executor";
import { type FitWork, rowAnswers, type TextRows, type TrainingRows } from "../methods/answerer";
import { linearProbe } from "../methods/linear-probe/linear-probe";
import type { MethodContext } from "../methods/method";
import type { TrainingConfiguration } from "../plan/configuration";
import type { StudioEvent } from "../plan/events";
import { withProgress } from "../plan/waiting";
import type { Task } from "../tasks/task";
import type { Feed } from "./feed";
import { pooledStates } from "./pooled-states";
import type { ResolvedMethod } from "./resolve";
import { type ComparisonData, inputChannels } from "./rows";
import { rowWeights, textRows } from "./text-rows";
import type { Pooling } from "./tuned-program";

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

/** What the frozen model makes of the training rows: [rows, hiddenSize]. */
function rowStates(
  { executor, model, training, emit, pooling }: RowReaderSetup,
  feed: Feed,
  rows: readonly TokenizedExample[],
): Promise<Float32Array> {
  const reader = {
    setup: { method: linearProbe, options: {}, context: contextOf(model) },
    inputs: (channels: readonly Channel[]) => inputChannels(model, (channel) => channels.includes(channel)),
    pooling,
    leaves: leaves(model.buffer),
    batchSize: training.batchSize,
  };
  return withProgress(emit, (report) =>
    pooledStates(executor, reader, feed, rows, (done, total) =>
      report({ wait: "reading training rows", detail: "", done, total, unit: "batches" }),
    ),
  );
}

/** Of a method without a text. */
function contextOf({ family, config, precision, largestBuffer }: BaseModel): MethodContext {
  return { family, config, precision, largestBuffer, textIds: [], randomIds: () => [] };
}
