/**
 * What the schemas of the worker's events and of kept comparisons share. Both check alone: what
 * they let through is used as it came.
 */

import * as z from "zod/mini";
import { metricNames } from "../../tasks/metrics/names";

/** Not a number and infinity, too: a metric may be undefined. */
export const number = z.custom<number>((value) => typeof value === "number", "must be a number");
export const text = z.string();
export const orNull = z.nullable;
export const list = <Item extends z.core.SomeType>(item: Item) => z.readonly(z.array(item));
export const maybe = z.optional;

export const phase = z.enum(["idle", "preparing", "running", "paused", "finished", "stopped", "failed"]);
export const runPhase = z.enum(["waiting", ...phase.options.filter((state) => state !== "idle")]);

/** By what they are for; earlier versions told fewer. */
export const memoryBytes = z.object({
  total: number,
  weights: maybe(number),
  adapter: maybe(number),
  gradients: maybe(number),
  optimizer: maybe(number),
  activations: maybe(number),
  cache: maybe(number),
  runtime: maybe(number),
  onnxruntime: maybe(number),
});
export const counts = { step: number, tokens: number, keptTokens: maybe(number), seconds: number, flops: number };
export const evaluation = {
  ...counts,
  ...(Object.fromEntries(metricNames.map((name) => [name, maybe(number)])) as Record<
    (typeof metricNames)[number],
    z.ZodMiniOptional<typeof number>
  >),
  split: z.enum(["validation", "test"]),
  loss: number,
  rows: number,
};
export const ranks = { step: number, ranks: list(z.object({ module: text, rank: number })), full: number };
export const shares = { step: number, shares: list(number) };
export const distances = { step: number, distances: list(number), limit: number };
export const rateSearch = {
  run: text,
  chosen: number,
  trials: list(z.object({ rate: number, loss: orNull(number) })),
};
