/** Comparisons that are kept: how long they took whatever the clock does, and damage is named. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readGalleryFile } from "../../../src/page/gallery/gallery-file";
import { applyEvents, elapsedOf } from "../../../src/page/store/events";
import { hasCurves, openRecord, readRecords, savedRecord } from "../../../src/page/store/session";
import type { Comparison } from "../../../src/page/store/state";
import type { StudioEvent } from "../../../src/worker/api";
import { comparison, evaluation, record, slice, step } from "./events";

const MONDAY = Date.UTC(2026, 10, 30);

const state = (name: "running" | "finished"): StudioEvent => ({
  ...{ type: "comparison-state", state: name, step: 3, steps: 3, reason: null },
  memoryBytes: step("a", 1, 1).memoryBytes,
});

const reopened = (one: Comparison, elapsed: number) =>
  openRecord(readRecords([structuredClone(savedRecord(one, elapsed))]).readable[0]!);

describe("how long a comparison took", () => {
  it("is what the clock of the page measured, wherever the wall clock is set", () => {
    const begun = comparison([record("a")], { startedAt: MONDAY, since: 5000 });
    const ended = applyEvents(slice(begun), [state("finished")], 9000).current!;
    expect([ended.startedAt, ended.endedAt]).toEqual([MONDAY, MONDAY + 4000]);
    expect(elapsedOf(ended, 123_456)).toBe(4000);
    expect(reopened(ended, 0).endedAt).toBe(MONDAY + 4000);
  });

  it("goes on after a reload from what it was, without the time between", () => {
    const running = comparison([record("a")], { startedAt: MONDAY, since: 5000 });
    const closed = reopened(running, elapsedOf(running, 7500));
    expect(closed).toMatchObject({
      state: "stopped",
      endedAt: MONDAY + 2500,
      reason: "the page was closed while it ran",
    });
    expect(closed).not.toHaveProperty("since");
    expect(elapsedOf(closed, 1)).toBe(2500);
  });

  it("of a record of earlier versions, which were saved when they had ended, is as it was", () => {
    const { elapsed: _, ...earlier } = savedRecord(comparison([record("a")], { startedAt: 10 }));
    expect(openRecord(readRecords([structuredClone(earlier)]).readable[0]!).endedAt).toBe(10);
  });
});

describe("a stored record", () => {
  const good = applyEvents(slice(comparison([record("a")])), [step("a", 1, 0.5), evaluation("a", 1, 0.4, 1)], 0)
    .current!;
  const stored = () => structuredClone(savedRecord(good)) as unknown as Record<string, never>;

  it("that is whole is read", () => {
    const { readable, problem } = readRecords([stored()]);
    expect(problem).toBeNull();
    expect(hasCurves(openRecord(readable[0]!))).toBe(true);
  });

  // biome-ignore lint/suspicious/noExplicitAny: what is damaged has no type
  it.each<[string, (damaged: any) => unknown]>([
    ["id", (all) => ({ ...all, id: 5 })],
    ["startedAt", (all) => ({ ...all, startedAt: "yesterday" })],
    ["configuration", (all) => ({ ...all, configuration: null })],
    [
      "configuration.data.task",
      (all) => {
        all.configuration.data.task = "constructor";
        return all;
      },
    ],
    [
      "configuration.training.seeds",
      (all) => {
        all.configuration.training.seeds = 1e9;
        return all;
      },
    ],
    ["runs", (all) => ({ ...all, runs: "a" })],
    ["runs[0]", (all) => ({ ...all, runs: [null] })],
    [
      "runs[0].variant",
      (all) => {
        all.runs[0].variant = undefined;
        return all;
      },
    ],
    [
      "runs[0].curves.steps",
      (all) => {
        all.runs[0].curves.steps.length = 1e6;
        return all;
      },
    ],
    [
      "runs[0].curves.evaluations.columns.loss",
      (all) => {
        all.runs[0].curves.evaluations.columns.loss = [1];
        return all;
      },
    ],
  ])("damaged at %s is named and left out, and the others are shown", (place, damage) => {
    const { readable, problem } = readRecords([damage(stored()), stored()]);
    expect(readable).toHaveLength(1);
    expect(problem).toBe(`A comparison that this browser keeps is damaged (${place}), so it is not shown.`);
  });
});

/** Of a record: what the worker alone reads, and what is free. */
const UNREAD = /\.(options|foundRate)\b|^version$/;

/** The places of everything in a record; of a list the first alone. */
function placesIn(value: unknown, place = ""): string[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [place];
  if (Array.isArray(value)) return value.length === 0 ? [place] : [place, ...placesIn(value[0], `${place}[0]`)];
  const inner = Object.entries(value).flatMap(([key, one]) => placesIn(one, place === "" ? key : `${place}.${key}`));
  return place === "" ? inner : [place, ...inner];
}

describe.each(["lora", "luck", "prefix"])("a whole comparison of the gallery, %s", (name) => {
  const text = readFileSync(new URL(`../../../public/gallery/${name}.json`, import.meta.url), "utf8");
  const record = structuredClone(savedRecord(readGalleryFile(text))) as unknown as Record<string, unknown>;

  it("is named where anything that the page reads of it is another kind of thing", () => {
    const damaged = placesIn(record).filter((place) => !UNREAD.test(place));
    expect(damaged.length).toBeGreaterThan(100);
    const silent = damaged.filter((place) => {
      const keys = place.split(/[.[\]]+/).filter((key) => key !== "");
      const last = keys.pop()!;
      // biome-ignore lint/suspicious/noExplicitAny: what is damaged has no type
      const parent = keys.reduce<any>((value, key) => value[key], record);
      const before = parent[last];
      parent[last] = Symbol.for("damaged");
      const { problem } = readRecords([record]);
      parent[last] = before;
      return problem === null;
    });
    expect(silent).toEqual([]);
    expect(readRecords([record]).problem).toBeNull();
  });
});
