/**
 * What a comparison that was kept in this browser must have to be shown. Storage may be damaged, or
 * written by something else; what it was configured with the worker checks when it goes on.
 */

import * as z from "zod/mini";
import { taskMetrics } from "../../tasks/metrics/names";
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
  runs: z.array(run),
});

/** Where a record, brought to today's version, is not what it must be; null: nowhere. */
export function damageOf(record: unknown): string | null {
  const { success, error } = recordSchema.safeParse(record);
  return success ? null : z.core.toDotPath(error.issues[0]!.path) || "all of it";
}
