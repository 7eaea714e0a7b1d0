/**
 * What the frozen model makes of every training row: the state that a head would read. One pass
 * over the rows, before a run that answers by way of them is compiled.
 */

import type { BaseModel } from "../base/base-model";
import { leaves } from "../base/leaves";
import { createBreather } from "../data/breathe";
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
  /** Reads them when it is first called. Rejects with a `FitStopped`. */
  read(): Promise<TrainingRows>;
  /** The same rows as texts, which the model does not see. */
  texts(): TextRows;
  /** Says what a person should know of a run's answers by way of them. */
  notice(run: string, message: string): void;
  /**
   * What an answerer with these options is fitted to be: once for all runs that ask, each of which
   * is told what is to be known of it. Rejects as `solve`, and with a `FitStopped`.
   */
  fit<Fitted>(run: AskingRun, solve: (work: FitWork) => Promise<Fitted>): Promise<Fitted>;
}

/** A run that answers by way of training rows. */
export type AskingRun = Pick<ResolvedMethod, "method" | "options"> & { readonly name: string };

/** Somebody has asked for an end before a fit was found: nothing of it is kept. */
export class FitStopped extends Error {
  override readonly name = "FitStopped";
  override readonly message = "It was stopped before it was fitted to the training rows.";
}

export interface RowReaderSetup {
  readonly task: Task;
  readonly executor: Executor;
  readonly model: BaseModel;
  readonly data: Pick<ComparisonData, "labels" | "scale">;
  readonly training: Pick<TrainingConfiguration, "batchSize">;
  readonly pooling: Pooling;
  readonly emit: (event: StudioEvent) => void;
  /** Whether somebody has asked for an end. */
  readonly stopping: () => boolean;
}

/**
 * Of a comparison's training rows: read once, however many of its runs ask. Nothing else may use
 * the feed meanwhile.
 */
export function rowReader(setup: RowReaderSetup, feed: Feed, rows: readonly TokenizedExample[]): RowReader {
  const { model, data, emit, task, stopping } = setup;
  const breathe = createBreather();
  const labels = Int32Array.from(rows, (row) => row.labels[0]!);
  const others = { width: model.config.hiddenSize, labels, classes: data.labels.length, weights: rowWeights(rows) };
  let states: Promise<Float32Array> | null = null;
  const read = async () => {
    states ??= rowStates(setup, feed, rows).catch((error: unknown) => {
      states = null;
      throw error;
    });
    return { states: await states, ...others };
  };
  const notice = (run: string, message: string) => emit({ type: "notice", run, message });
  const fits = new Map<string, Promise<{ readonly fitted: unknown; readonly notices: readonly string[] }>>();
  /** What it says is kept for those that ask later. */
  const begin = (detail: string, solve: (work: FitWork) => Promise<unknown>) =>
    withProgress(emit, async (report) => {
      report({ wait: "fitting", detail, done: 0, total: null, unit: "rows" });
      const notices: string[] = [];
      let stopped = false;
      const goOn = async () => {
        await breathe();
        stopped ||= stopping();
        return !stopped;
      };
      const fitted = await solve({ notice: (message) => notices.push(message), goOn });
      if (stopped) throw new FitStopped();
      return { fitted, notices };
    });
  return {
    count: labels.length,
    read,
    texts: () => textRows({ ...data, train: rows }, task),
    notice,
    async fit<Fitted>({ name, method, options }: AskingRun, solve: (work: FitWork) => Promise<Fitted>) {
      const key = JSON.stringify([method.id, options]);
      const known = fits.get(key) ?? begin(name, solve);
      fits.set(key, known);
      known.catch(() => fits.delete(key));
      const { fitted, notices } = await known;
      for (const message of notices) notice(name, message);
      return fitted as Fitted;
    },
  };
}

/** What an answerer reads of the training rows, by tensor name; empty for all others. */
export async function rowTables(
  executor: Executor,
  setup: AskingRun & { readonly trainingRows?: RowReader },
  owner: string,
): Promise<ReadonlyMap<string, DeviceBuffer>> {
  const { method, options, trainingRows } = setup;
  const answers = rowAnswers(method);
  if (!answers || !trainingRows) return new Map();
  const tables = await trainingRows.fit(setup, async (work) =>
    answers.tables(options, await trainingRows.read(), work),
  );
  const put = (label: string, values: Float32Array) => upload(executor, values, { label, category: "runtime", owner });
  return new Map([...tables].map(([name, values]) => [name, put(name, values)]));
}

/** What the frozen model makes of the training rows: [rows, hiddenSize]. */
function rowStates(
  { executor, model, training, emit, pooling, stopping }: RowReaderSetup,
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
    pooledStates(executor, reader, feed, rows, (done, total) => {
      if (stopping()) throw new FitStopped();
      report({ wait: "reading training rows", detail: "", done, total, unit: "batches" });
    }),
  );
}

/** Of a method without a text. */
function contextOf({ family, config, precision, largestBuffer }: BaseModel): MethodContext {
  return { family, config, precision, largestBuffer, textIds: [], randomIds: () => [] };
}
