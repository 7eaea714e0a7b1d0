/**
 * What a comparison that was kept must have to be shown, down to everything that the page reads of
 * one. Storage may be damaged, and a notebook's file may come from somebody else; what it was
 * configured with the worker checks once more when it goes on.
 */

import * as z from "zod/mini";
import { metricNames, taskMetrics } from "../../tasks/metrics/names";
import type { TaskId } from "../../worker/api";
import {
  distances,
  evaluation,
  list,
  maybe,
  memoryBytes,
  number,
  orNull,
  phase,
  ranks,
  rateSearch,
  runPhase,
  shares,
  text,
} from "./schema-parts";

const taskIds = Object.keys(taskMetrics) as [TaskId, ...TaskId[]];
const words = list(text);
const byName = <Value extends z.core.SomeType>(value: Value) => z.record(text, value);
const metric = z.enum(metricNames);
/** Whatever memory it lies in. */
const arrayOf = <One>(kind: abstract new (...given: never[]) => One) =>
  z.custom<One>((value) => value instanceof kind, "must be an array of numbers");
/** Names by role; each role is one of none, one or several columns. */
const roles = byName(maybe(orNull(z.union([text, words]))));
const columns = z.custom<object>((value) => roles.safeParse(value).success, "must be names of columns");

const configuredRun = z.object({ name: text, method: text, options: byName(z.unknown()) });

/** Earlier versions lack some of these; what is there is of its kind. */
const training = z.object({
  seed: number,
  seeds: z.int().check(z.minimum(1), z.maximum(1000)),
  learningRateFactors: maybe(list(number)),
  steps: maybe(orNull(number)),
  epochs: maybe(orNull(number)),
  batchSize: maybe(number),
  learningRate: maybe(z.union([number, z.literal("search")])),
  headLearningRate: maybe(z.union([number, z.literal("adapter")])),
  weightDecay: maybe(number),
  schedule: maybe(z.enum(["linear", "cosine", "constant"])),
  warmupRatio: maybe(number),
  leastWarmupSteps: maybe(number),
  gradClip: maybe(orNull(number)),
  shuffle: maybe(z.boolean()),
  evalEvery: maybe(number),
  evalRows: maybe(number),
  classWeights: maybe(z.union([text, byName(number)])),
  tokenNoise: maybe(z.object({ rate: number, ramp: number, replacement: text, group: maybe(text) })),
  calibrate: maybe(z.boolean()),
  metric: maybe(metric),
  earlyStopping: maybe(orNull(z.object({ patience: number }))),
  keepBest: maybe(z.boolean()),
  pooling: maybe(orNull(text)),
});

const testPlan = z.union([z.object({ folds: number }), z.object({ repeats: number, fraction: number })]);

const data = z.object({
  task: z.enum(taskIds),
  train: text,
  columns,
  validation: maybe(z.union([text, number])),
  test: maybe(orNull(z.union([text, number, testPlan]))),
  group: maybe(orNull(text)),
  maxLength: maybe(number),
  header: maybe(z.boolean()),
  encoding: maybe(text),
  validationEncoding: maybe(text),
  testEncoding: maybe(text),
  labelNames: maybe(byName(text)),
  taskText: maybe(text),
  changes: maybe(list(z.object({ row: number }))),
  weights: maybe(list(z.object({ by: text }))),
});

const table = z
  .object({ length: z.int().check(z.minimum(0)), columns: byName(arrayOf<Float64Array>(Float64Array)) })
  .check(z.refine(({ length, columns }) => Object.values(columns).every((values) => values.length >= length)));

const run = z.object({
  key: text,
  name: text,
  variant: z.object({
    name: text,
    run: text,
    group: text,
    seed: number,
    split: maybe(number),
    learningRateFactor: number,
  }),
  methodTitle: text,
  control: maybe(z.boolean()),
  slot: z.int().check(z.minimum(0)),
  configuration: configuredRun,
  learningRate: orNull(number),
  search: maybe(z.object(rateSearch)),
  state: runPhase,
  reason: maybe(orNull(text)),
  lastGoodStep: maybe(orNull(number)),
  heldStep: maybe(orNull(number)),
  trainable: maybe(
    orNull(
      z.object({ adapter: number, head: number, total: number, percentOfBase: maybe(number), kept: maybe(number) }),
    ),
  ),
  bytes: maybe(orNull(memoryBytes)),
  curves: z.object({ steps: table, evaluations: table }),
  complete: maybe(z.object(evaluation)),
  test: maybe(z.object(evaluation)),
  ranks: maybe(z.object(ranks)),
  shares: maybe(z.object({ title: text, names: words, points: list(z.object(shares)) })),
  distances: maybe(z.object(distances)),
  notices: maybe(words),
  saved: maybe(z.boolean()),
  beside: maybe(z.boolean()),
  pinned: maybe(z.boolean()),
  tags: maybe(words),
  note: maybe(text),
});

const interval = { value: number, low: number, high: number };

const tested = { difference: z.object(interval), test: text, p: number, adjustedP: number, beyondLuck: z.boolean() };

const verdict = z.object({
  metric,
  metricChangedAfterTraining: maybe(z.boolean()),
  part: z.enum(["test", "validation", "file"]),
  rows: number,
  thresholdsTuned: maybe(z.boolean()),
  looks: maybe(orNull(number)),
  testRowsChanged: maybe(z.object({ relabelled: number, leftOut: number, afterLook: z.boolean() })),
  overlap: maybe(z.object({ texts: number, groups: number })),
  chance: orNull(number),
  majority: orNull(number),
  runs: list(
    z.object({
      ...{ run: text, ...interval, seeds: number, parameters: orNull(number) },
      ...{ kind: maybe(text), basis: maybe(text), ratesTried: maybe(number) },
      swept: maybe(z.object({ run: text, points: number })),
      remarks: list(z.object({ kind: text })),
    }),
  ),
  pairs: list(z.object({ first: text, second: text, ...tested })),
  againstMajority: maybe(orNull(z.object({ label: orNull(text), runs: list(z.object({ run: text, ...tested })) }))),
  claims: maybe(list(z.object({ text, without: list(z.object({ start: text, run: text })) }))),
  needed: maybe(orNull(z.object({ rows: orNull(number), seeds: orNull(number) }))),
  onlyLabel: maybe(orNull(text)),
  leftOut: maybe(list(z.object({ run: text, why: text }))),
  sentences: words,
});

const outcomes = z.object({
  metric,
  part: z.enum(["test", "validation"]),
  rows: arrayOf<Uint32Array>(Uint32Array),
  runs: list(z.object({ run: text, right: list(arrayOf<Uint8Array>(Uint8Array)) })),
});

const partRows = { train: number, validation: number, test: number };

const recordSchema = z.object({
  id: text,
  startedAt: number,
  endedAt: orNull(number),
  elapsed: maybe(number),
  configuration: z.object({ model: text, precision: maybe(text), data, training, runs: list(configuredRun) }),
  modelName: text,
  dataTitle: text,
  dataFiles: maybe(list(z.object({ file: text, rows: number, bytes: number, fingerprint: maybe(orNull(text)) }))),
  parts: maybe(z.object(partRows)),
  dataNotices: maybe(words),
  dataCheck: maybe(list(z.object({ id: text, isGood: z.boolean(), said: text }))),
  dataLabels: maybe(list(z.object({ name: text, ...partRows }))),
  identity: maybe(
    z.object({
      tables: list(z.object({ part: z.enum(["train", "validation", "test"]), file: text, fingerprint: text })),
      rows: text,
      model: z.object({
        weights: text,
        files: list(z.object({ name: text, bytes: number, sha256: orNull(text) })),
      }),
    }),
  ),
  state: phase,
  step: number,
  steps: number,
  reason: maybe(orNull(text)),
  executor: maybe(text),
  memoryBytes: maybe(orNull(memoryBytes)),
  unequal: maybe(words),
  runs: list(run),
  verdict: maybe(verdict),
  outcomes: maybe(outcomes),
});

/**
 * Where a record, brought to today's version, is not what it must be; null: nowhere. The
 * parameter's type holds the schema to what is kept.
 */
export function damageOf(record: z.input<typeof recordSchema>): string | null {
  const { success, error } = recordSchema.safeParse(record);
  return success ? null : z.core.toDotPath(error.issues[0]!.path) || "all of it";
}
