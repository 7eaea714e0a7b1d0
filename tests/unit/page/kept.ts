/** A comparison with curves, as it is kept, for the notebook's tests. */

import { applyEvents } from "../../../src/page/store/events";
import type { Kept } from "../../../src/page/store/notebook";
import { savedRecord } from "../../../src/page/store/session";
import type { Comparison, Labels } from "../../../src/page/store/state";
import { comparison, evaluation, record, slice, step } from "./events";

export const LABELS: Labels = { name: "First try", notes: "Too few rows.", tags: ["spam", "thesis"], pinned: true };

/** One that has ended, with a step, an evaluation and a loss that is no number. */
export function ended(id: string, fields: Partial<Comparison> = {}): Comparison {
  const run = record("a", { key: `${id}/a`, state: "finished", saved: true });
  const begun = comparison([run], { id, startedAt: 1000, endedAt: 2000, state: "finished", ...fields });
  const events = [step("a", 1, 0.5), evaluation("a", 1, Number.NaN, 0.75)];
  return applyEvents(slice(begun), events, 0).current!;
}

/** As storage has it. */
export const storedRecord = (one: Comparison): unknown => structuredClone(savedRecord(one));

export function kept(comparisons: readonly Comparison[], zip = new Blob(["an adapter"])): Kept {
  return {
    records: comparisons.map((one) => [one.id, storedRecord(one)] as const),
    labels: comparisons.slice(0, 1).map(({ id }) => [id, LABELS] as const),
    adapters: comparisons.map(({ id }) => [`${id}/a`, zip] as const),
    sources: [],
  };
}
