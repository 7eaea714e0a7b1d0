/**
 * What a comparison that was kept must have to be shown. Storage may be damaged, and a notebook's
 * file may come from somebody else; what it was configured with the worker checks when it goes on.
 */

import * as z from "zod/mini";
import { metricNames, taskMetrics } from "../../tasks/metrics/names";
import type { TaskId } from "../../worker/api";

const taskIds = Object.keys(taskMetrics) as [TaskId, ...TaskId[]];

const configuredRun = z.looseObject({
  name: z.string(),
  method: z.string(),
  options: z.record(z.string(), z.unknown()),
});

const table = z
  .looseObject({ length: z.int().check(z.minimum(0)), columns: z.record(z.string(), z.instanceof(Float64Array)) })
  .check(z.refine(({ length, columns }) => Object.values(columns).every((values) => values.length >= length)));

const run = z.looseObject({
  key: z.string(),
  name: z.string(),
  variant: z.looseObject({
    name: z.string(),
    run: z.string(),
    group: z.string(),
    seed: z.number(),
    learningRateFactor: z.number(),
  }),
  methodTitle: z.string(),
  slot: z.int().check(z.minimum(0)),
  configuration: configuredRun,
  learningRate: z.nullable(z.number()),
  state: z.enum(["waiting", "preparing", "running", "paused", "finished", "stopped", "failed"]),
  notices: z.optional(z.array(z.string())),
  curves: z.looseObject({ steps: table, evaluations: table }),
  pinned: z.optional(z.boolean()),
  tags: z.optional(z.array(z.string())),
  note: z.optional(z.string()),
});

const numberOrNull = z.nullable(z.number());
const interval = { value: z.number(), low: z.number(), high: z.number() };

const verdict = z.looseObject({
  metric: z.enum(metricNames),
  part: z.enum(["test", "validation", "file"]),
  rows: z.number(),
  chance: numberOrNull,
  majority: numberOrNull,
  runs: z.array(
    z.looseObject({
      run: z.string(),
      ...interval,
      seeds: z.number(),
      parameters: numberOrNull,
      remarks: z.array(z.looseObject({ kind: z.string() })),
    }),
  ),
  pairs: z.array(z.looseObject({ first: z.string(), second: z.string(), difference: z.looseObject(interval) })),
  sentences: z.array(z.string()),
});

const outcomes = z.object({
  metric: z.enum(metricNames),
  part: z.enum(["test", "validation"]),
  rows: z.instanceof(Uint32Array),
  runs: z.array(z.object({ run: z.string(), right: z.array(z.instanceof(Uint8Array)) })),
});

const recordSchema = z.looseObject({
  id: z.string(),
  startedAt: z.number(),
  endedAt: z.nullable(z.number()),
  configuration: z.looseObject({
    model: z.string(),
    data: z.looseObject({ task: z.enum(taskIds), train: z.string(), columns: z.record(z.string(), z.unknown()) }),
    training: z.looseObject({ seed: z.number(), seeds: z.int().check(z.minimum(1), z.maximum(1000)) }),
    runs: z.array(configuredRun),
  }),
  modelName: z.string(),
  dataTitle: z.string(),
  state: z.enum(["idle", "preparing", "running", "paused", "finished", "stopped", "failed"]),
  step: z.number(),
  steps: z.number(),
  unequal: z.optional(z.array(z.string())),
  dataFiles: z.optional(z.array(z.looseObject({ file: z.string(), rows: z.number(), bytes: z.number() }))),
  runs: z.array(run),
  verdict: z.optional(verdict),
  outcomes: z.optional(outcomes),
});

/** Where a record, brought to today's version, is not what it must be; null: nowhere. */
export function damageOf(record: unknown): string | null {
  const { success, error } = recordSchema.safeParse(record);
  return success ? null : z.core.toDotPath(error.issues[0]!.path) || "all of it";
}
