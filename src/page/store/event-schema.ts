/**
 * What an event of the worker must have to be taken. One that has not, whatever went wrong with
 * it, must neither blank the page nor take other events with it.
 */

import * as z from "zod/mini";
import {
  counts,
  distances,
  evaluation,
  list,
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

const ofRun = <Type extends string, Fields extends z.core.$ZodLooseShape>(type: Type, fields: Fields) =>
  z.object({ type: z.literal(type), run: text, ...fields });

const eventSchema = z.discriminatedUnion("type", [
  ofRun("step", { ...counts, epoch: number, loss: number, learningRate: number, gradNorm: number, memoryBytes }),
  ofRun("evaluation", evaluation),
  ofRun("ranks", ranks),
  ofRun("shares", { ...shares, title: text, names: list(text) }),
  ofRun("distances", distances),
  ofRun("run-state", {
    state: runPhase,
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
    search: z.object(rateSearch),
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
