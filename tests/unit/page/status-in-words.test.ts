/**
 * The line beside the buttons changes with every step; what a screen reader says with a state
 * alone.
 */

import { describe, expect, test } from "vitest";
import { announcement, status } from "../../../src/page/compare/status-in-words";
import { applyEvents } from "../../../src/page/store/events";
import type { StudioEvent } from "../../../src/worker/api";
import { bytes, comparison, evaluation, record, slice, step } from "./events";

const STEPS = 20;

const state = (name: "preparing" | "running" | "paused", number: number): StudioEvent => ({
  type: "comparison-state",
  state: name,
  step: number,
  steps: STEPS,
  reason: null,
  memoryBytes: bytes,
});

/** What the worker tells of a training that is paused once. */
const events: StudioEvent[] = [
  state("preparing", 0),
  state("running", 0),
  evaluation("a", 0, 1, 0.5),
  ...Array.from({ length: STEPS }, (_, index) => index + 1).flatMap((number): StudioEvent[] => [
    step("a", number, 1 / number),
    state("running", number),
    ...(number === 8 ? [state("paused", number), state("running", number)] : []),
    ...(number % 5 === 0 ? [evaluation("a", number, 1 / number, 0.5)] : []),
  ]),
];

/** Both lines after every event, each as often as it became another one. */
function said(stopping: boolean) {
  let current = { ...slice(comparison([record("a")], { state: "preparing", steps: STEPS })), stopping };
  const lines = { shown: [] as string[], spoken: [] as string[] };
  events.forEach((event, place) => {
    current = { ...applyEvents(current, [event], place * 100), stopping };
    const now = { shown: status(current, false)!, spoken: announcement(current.current!.state, false, stopping) };
    for (const which of ["shown", "spoken"] as const) {
      if (lines[which].at(-1) !== now[which]) lines[which].push(now[which]);
    }
  });
  return lines;
}

describe("while it trains", () => {
  test("a screen reader hears of states alone, however often the figures change", () => {
    const { shown, spoken } = said(false);
    expect(shown.length).toBeGreaterThan(STEPS);
    expect(spoken).toEqual(["Preparing the runs…", "Training.", "Paused.", "Training."]);
  });

  test("a stop that takes a while is said once", () => {
    const { shown, spoken } = said(true);
    expect(shown.length).toBeGreaterThanOrEqual(STEPS);
    expect(spoken).toEqual(["Stopping…"]);
  });
});

test("of a search of rates neither line has figures", () => {
  expect(announcement("idle", true, false)).toBe("Searching learning rates on held-out training rows.");
  expect(announcement("idle", true, true)).toBe("Stopping the search…");
});
