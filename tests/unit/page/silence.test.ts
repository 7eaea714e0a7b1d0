/** When a silence of the engine is too long: never before three times what its call should take. */

import { describe, expect, it } from "vitest";
import { applyEvents } from "../../../src/page/store/events";
import { answered, heard, NO_SILENCE, passed, TICK, tooSilent } from "../../../src/page/store/silence";
import type { Silence, StudioState, Wait } from "../../../src/page/store/state";
import { comparison, record, slice, step } from "./events";

type State = Pick<StudioState, "comparison" | "methods" | "waits" | "silence">;

function stateOf(silence: Partial<Silence>, fields: Partial<State> = {}): State {
  return {
    comparison: slice(null),
    methods: { estimate: null } as StudioState["methods"],
    waits: { open: [] },
    silence: { ...NO_SILENCE, ...silence },
    ...fields,
  };
}

/** A comparison whose steps take so many seconds. */
function training(secondsPerStep: number) {
  const steps = [1, 2, 3].map((number) => step("a", number, 1, { seconds: number * secondsPerStep }));
  return applyEvents(slice(comparison([record("a")])), steps, 0);
}

const seconds = (count: number) => count * 1000;

describe("a silence", () => {
  it("counts what the page has lived through: not the time that its tab was frozen", () => {
    const awake = passed(passed(NO_SILENCE, TICK), TICK);
    expect(awake).toEqual({ unanswered: 2 * TICK, quiet: 2 * TICK, longest: 0 });
    expect(passed(NO_SILENCE, seconds(3600)).unanswered).toBe(2 * TICK);
  });

  it("ends with an answer, which says how long it may be, and with an event", () => {
    const silent = { unanswered: seconds(9), quiet: seconds(8), longest: seconds(4) };
    expect(answered(silent)).toEqual({ unanswered: 0, quiet: seconds(8), longest: seconds(9) });
    expect(heard(silent)).toEqual({ ...silent, quiet: 0 });
  });

  it.each<[string, Partial<Silence>, Partial<State>, boolean]>([
    ["half a minute is nothing", { unanswered: seconds(30) }, {}, false],
    ["more is said", { unanswered: seconds(31) }, {}, true],
    ["nothing but training has to say something", { quiet: seconds(999) }, {}, false],
    ["three times the longest until now is nothing", { unanswered: seconds(60), longest: seconds(20) }, {}, false],
    ["more than that is said", { unanswered: seconds(61), longest: seconds(20) }, {}, true],
    ["three steps are nothing", { unanswered: seconds(120) }, { comparison: training(40) }, false],
    ["more steps are said", { unanswered: seconds(121) }, { comparison: training(40) }, true],
    ["training without news is said", { quiet: seconds(121) }, { comparison: training(40) }, true],
    ["training that is fast has half a minute", { quiet: seconds(30) }, { comparison: training(0.1) }, false],
    [
      "a pause has no news",
      { quiet: seconds(999) },
      { comparison: slice(comparison([record("a")], { state: "paused" })) },
      false,
    ],
  ])("%s", (_, silence, fields, said) => {
    expect(tooSilent(stateOf(silence, fields), 0) !== null).toBe(said);
  });

  it("before the first step goes by the operations that a step has", () => {
    const estimate = { runs: [{ flops: { forward: 1e11, backward: 2e11, total: 3e11 } }] };
    const methods = { estimate } as unknown as StudioState["methods"];
    const fields = { methods, comparison: slice(comparison([record("a")], { state: "preparing" })) };
    // 300 s at the slowest.
    expect(tooSilent(stateOf({ unanswered: seconds(900) }, fields), 0)).toBeNull();
    expect(tooSilent(stateOf({ unanswered: seconds(901) }, fields), 0)).toEqual({
      milliseconds: seconds(901),
      answers: false,
    });
  });

  it("while batches are waited for goes by how long one takes", () => {
    const event = { unit: "batches", done: 3, total: 9 } as Wait["event"];
    const waits = { open: [{ event, since: 0, startedAtDone: 1, ending: null }] };
    // Two in 100 s.
    expect(tooSilent(stateOf({ unanswered: seconds(150) }, { waits }), seconds(100))).toBeNull();
    expect(tooSilent(stateOf({ unanswered: seconds(151) }, { waits }), seconds(100))).not.toBeNull();
  });
});
