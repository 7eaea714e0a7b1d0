/**
 * Waits: each begins once and ends once, whatever becomes of the work, and batches of events keep
 * both.
 */

import { describe, expect, test } from "vitest";
import type { ProgressEvent, StudioEvent } from "../../../src/plan/events";
import { type Amounts, withProgress } from "../../../src/plan/waiting";
import { EventBatches } from "../../../src/worker/events";

const amounts = (wait: Amounts["wait"], done: number): Amounts => ({
  wait,
  detail: "m",
  done,
  total: 9,
  unit: "bytes",
});

/** The events of some work as `phase wait done`, and their ids. */
async function told(work: (report: (amounts: Amounts) => void) => Promise<unknown>) {
  const events: ProgressEvent[] = [];
  const outcome = await withProgress((event) => events.push(event), work).catch((error: Error) => error.message);
  return {
    outcome,
    phases: events.map(({ phase, wait, done }) => `${phase} ${wait} ${done}`),
    ids: events.map(({ id }) => id),
  };
}

describe("withProgress", () => {
  test("begins with the first amounts and ends with the work", async () => {
    const { outcome, phases, ids } = await told(async (report) => {
      for (const done of [3, 9]) report(amounts("loading weights", done));
      return "loaded";
    });
    expect(outcome).toBe("loaded");
    expect(phases).toEqual(["begin loading weights 3", "update loading weights 9", "end loading weights 9"]);
    expect(new Set(ids).size).toBe(1);
  });

  test("ends where the work is rejected, and rejects", async () => {
    const { outcome, phases } = await told(async (report) => {
      report(amounts("reading data", 1));
      throw new Error("unreadable");
    });
    expect(outcome).toBe("unreadable");
    expect(phases).toEqual(["begin reading data 1", "end reading data 1"]);
  });

  test("ends one wait before the next", async () => {
    const { phases, ids } = await told(async (report) => {
      report(amounts("downloading model", 2));
      report(amounts("checking model", 2));
    });
    expect(phases).toEqual([
      "begin downloading model 2",
      "end downloading model 2",
      "begin checking model 2",
      "end checking model 2",
    ]);
    expect(new Set(ids).size).toBe(2);
  });

  test("is no wait where nothing is said", async () => {
    expect((await told(async () => 1)).phases).toEqual([]);
  });
});

test("a batch of events keeps a wait's beginning, newest amounts and end", async () => {
  const batches = new EventBatches();
  const received: StudioEvent[] = [];
  batches.subscribe((events) => received.push(...events));
  await withProgress(batches.emit, async (report) => {
    for (let done = 1; done <= 5; done++) report(amounts("tokenising", done));
  });
  batches.flush();
  expect(received.map((event) => event.type === "progress" && [event.phase, event.done])).toEqual([
    ["begin", 1],
    ["update", 5],
    ["end", 5],
  ]);
});
