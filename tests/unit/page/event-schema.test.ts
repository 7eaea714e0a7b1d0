/** Events that are not what they must be are told from those that are. */

import { describe, expect, it } from "vitest";
import { damageOfEvent } from "../../../src/page/store/event-schema";
import type { StudioEvent } from "../../../src/worker/api";
import { evaluation, step } from "./events";

const state: StudioEvent = {
  ...{ type: "run-state", run: "a", state: "failed", reason: "not a number" },
  ...{ lastGoodStep: null, heldStep: null },
};

describe("an event of the worker", () => {
  it.each<[string, StudioEvent]>([
    ["a step", step("a", 1, 0.5)],
    ["an evaluation", evaluation("a", 1, 0.5, 0.5)],
    ["one whose metric is undefined", evaluation("a", 1, 0.5, Number.NaN)],
    ["a state", state],
    ["ranks", { type: "ranks", run: "a", step: 1, ranks: [{ module: "q", rank: 2 }], full: 8 }],
    ["one without content", { type: "keeping" }],
  ])("is taken as it is: %s", (_, event) => {
    expect(damageOfEvent(event)).toBeNull();
  });

  it.each<[string, unknown, string]>([
    ["nothing", null, "it is of no known kind"],
    ["a text", "step", "it is of no known kind"],
    ["a kind that there is not", { type: "weather" }, "it is of no known kind"],
    ["a step without its run", { ...step("a", 1, 0.5), run: undefined }, '"run" of "step"'],
    ["a loss in words", { ...step("a", 1, 0.5), loss: "0.5" }, '"loss" of "step"'],
    ["memory without its sum", { ...step("a", 1, 0.5), memoryBytes: {} }, '"memoryBytes.total" of "step"'],
    ["a state that there is not", { ...state, state: "asleep" }, '"state" of "run-state"'],
    ["no list of ranks", { type: "ranks", run: "a", step: 1, ranks: null, full: 8 }, '"ranks" of "ranks"'],
    ["a rank among them", { type: "ranks", run: "a", step: 1, ranks: [{}], full: 8 }, '"ranks[0].module" of "ranks"'],
  ])("is named where it is not what it must be: %s", (_, event, damage) => {
    expect(damageOfEvent(event as StudioEvent)).toBe(damage);
  });
});
