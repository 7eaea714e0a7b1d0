/**
 * What an event of the worker must have to be taken. One that has not, whatever went wrong with
 * it, must neither blank the page nor take other events with it.
 */

import * as z from "zod/mini";

/** Not a number too: a metric may be undefined. */
const number = z.custom<number>((value) => typeof value === "number", "must be a number");
const text = z.string();
const orNull = z.nullable;
const list = <Item extends z.core.SomeType>(item: Item) => z.readonly(z.array(item));

const phase = z.enum(["idle", "preparing", "running", "paused", "finished", "stopped", "failed"]);
const memoryBytes = z.object({ total: number });
const counts = { step: number, tokens: number, keptTokens: z.optional(number), seconds: number, flops: number };
const ofRun = <Type extends string, Fields extends z.core.$ZodLooseShape>(type: Type, fields: Fields) =>
  z.object({ type: z.literal(type), run: text, ...fields });

const eventSchema = z.discriminatedUnion("type", [
  ofRun("step", { ...counts, epoch: number, loss: number, learningRate: number, gradNorm: number, memoryBytes }),
  ofRun("evaluation", { ...counts, split: z.enum(["validation", "test"]), loss: number, rows: number }),
  ofRun("ranks", { step: number, ranks: list(z.object({ module: text, rank: number })), full: number }),
  ofRun("shares", { step: number, title: text, names: list(text), shares: list(number) }),
  ofRun("distances", { step: number, distances: list(number), limit: number }),
  ofRun("run-state", {
    state: z.enum(["waiting", ...phase.options.filter((state) => state !== "idle")]),
    reason: orNull(text),
    lastGoodStep: orNull(number),
    heldStep: orNull(number),
  }),
  ofRun("notice", { message: text }),
  ofRun("calibration", {}),
  z.object({
    type: z.literal("comparison-state"),
    state: phase,
    step: number,
    steps: number,
    reason: orNull(text),
    memoryBytes,
  }),
  z.object({
    type: z.literal("progress"),
    id: number,
    phase: z.enum(["begin", "update", "end"]),
    wait: text,
    detail: text,
    done: number,
    total: orNull(number),
    unit: text,
  }),
  z.object({
    type: z.literal("rate-search"),
    search: z.object({ run: text, chosen: number, trials: list(z.object({ rate: number, loss: orNull(number) })) }),
  }),
  z.object({ type: z.literal("selection"), chosen: list(z.object({ rows: list(number), hash: text })) }),
  z.object({ type: z.literal("generation"), writer: orNull(text), before: z.boolean(), prompt: number, text }),
  z.object({ type: z.literal("keeping") }),
  z.object({ type: z.literal("kept"), problem: orNull(text) }),
  z.object({ type: z.literal("device-lost"), reason: text }),
]);

/**
 * Where an event is not what it must be, in words; null: nowhere. The parameter's type holds the
 * schema to the events that there are.
 */
export function damageOfEvent(event: z.input<typeof eventSchema>): string | null {
  const { success, error } = eventSchema.safeParse(event);
  if (success) return null;
  const place = z.core.toDotPath(error.issues[0]!.path);
  return place === "" || place === "type" ? "it is of no known kind" : `"${place}" of "${event.type}"`;
}
