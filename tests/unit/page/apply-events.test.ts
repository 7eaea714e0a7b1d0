import { describe, expect, it } from "vitest";
import { applyEvents, failUnfinished } from "../../../src/page/store/events";
import { lastFigure } from "../../../src/page/store/last-figure";
import { openRecord, readRecords, savedRecord } from "../../../src/page/store/session";
import type { WaitsSlice } from "../../../src/page/store/state";
import { applyProgress, shownWait } from "../../../src/page/store/waits";
import type { ProgressEvent, StudioEvent } from "../../../src/worker/api";
import { bytes, comparison, evaluation, record, slice, step } from "./events";

const progress = (phase: ProgressEvent["phase"], done: number, id = 1): ProgressEvent => ({
  type: "progress",
  id,
  phase,
  wait: "loading weights",
  detail: "m",
  done,
  total: 100,
  unit: "bytes",
});

describe("applyEvents", () => {
  it("keeps what was said of all rows in the end beside the curve, until the run goes on", () => {
    const complete = { ...evaluation("a", 4, 0.6, 0.55), rows: 558, complete: true as const };
    const after = applyEvents(slice(comparison([record("a")])), [evaluation("a", 4, 0.5, 0.7), complete], 0);
    const [run] = after.current!.runs;
    expect([...run!.curves.evaluations.column("loss")]).toEqual([0.5]);
    expect(run!.complete).toEqual(complete);
    expect([lastFigure(run!, "loss"), lastFigure(run!, "accuracy")]).toEqual([0.6, 0.55]);
    const state = {
      type: "run-state",
      run: "a",
      state: "running",
      reason: null,
      lastGoodStep: 4,
      heldStep: 4,
    } as const;
    const going = applyEvents(after, [state], 0).current!.runs[0]!;
    expect(going.complete).toBeUndefined();
    expect(lastFigure(going, "loss")).toBe(0.5);
  });

  it("sorts events to their runs and counts the revision only when a curve grew", () => {
    const before = slice(comparison([record("a"), record("b")]));
    const after = applyEvents(before, [step("a", 1, 0.5), step("b", 1, 0.6), evaluation("b", 1, 0.7, 0.5)], 0);
    expect(after.revision).toBe(1);
    expect(after.current?.runs.map((run) => run.curves.steps.last("loss"))).toEqual([0.5, 0.6]);
    expect(after.current?.runs[1]?.curves.evaluations.length).toBe(1);
    expect(after.current?.runs[0]?.bytes).toEqual(bytes);
    expect(applyEvents(after, [progress("begin", 1)], 0).revision).toBe(1);
  });

  it("keeps what the test rows said beside the curves, until the run goes on", () => {
    const tested: StudioEvent = { ...evaluation("a", 4, 0.7, 0.5), split: "test" };
    const after = applyEvents(slice(comparison([record("a"), record("b")])), [evaluation("a", 4, 0.6, 0.6), tested], 0);
    expect(after.current?.runs.map(({ test }) => test)).toEqual([tested, undefined]);
    expect(after.current?.runs[0]?.curves.evaluations.length).toBe(1);
    const going: StudioEvent = {
      ...{ type: "run-state", run: "a", state: "running", reason: null },
      ...{ lastGoodStep: 4, heldStep: 4 },
    };
    expect(applyEvents(after, [going], 0).current?.runs[0]?.test).toBeUndefined();
  });

  it("leaves runs it does not know alone", () => {
    const before = slice(comparison([record("a")]));
    expect(() => applyEvents(before, [step("z", 1, 1), evaluation("z", 1, 1, 1)], 0)).not.toThrow();
    expect(applyEvents(slice(null), [step("a", 1, 1)], 0).current).toBeNull();
  });

  it("gives every variant of a run the rate that was found for it", () => {
    const variant = (name: string, learningRateFactor: number) =>
      record(name, { variant: { name, run: "a", group: name, seed: 0, split: 0, learningRateFactor } });
    const search = {
      ...{ run: "a", own: 0.001, chosen: 0.003, found: null, doubt: null, trials: [], trainRows: 8, heldRows: 2 },
      cost: { steps: 1, tokens: 1, seconds: 1 },
    };
    const before = slice(comparison([variant("a × 1", 1), variant("a × 0.1", 0.1), record("b")]));
    const { runs } = applyEvents(before, [{ type: "rate-search", search }], 0).current!;
    expect(runs.map(({ learningRate }) => learningRate)).toEqual([0.003, 0.0003, 0.001]);
    expect(runs.map((run) => run.search?.chosen)).toEqual([0.003, 0.003, undefined]);
    expect(runs[0]!.configuration.learningRate).toBe(0.003);
  });

  it("keeps each of a run's notices once, after a reload as well", () => {
    const said = (run: string, message: string): StudioEvent => ({ type: "notice", run, message });
    const before = slice(comparison([record("a"), record("b")]));
    const first = applyEvents(before, [said("a", "Its head is left out."), said("a", "It weighs 3 words.")], 0);
    const after = applyEvents(first, [said("a", "It weighs 3 words."), said("z", "Nobody's.")], 0).current!;
    const notices = [["Its head is left out.", "It weighs 3 words."], undefined];
    expect(after.runs.map((run) => run.notices)).toEqual(notices);
    const stored: unknown = structuredClone(savedRecord({ ...after, endedAt: 1 }));
    expect(
      readRecords([stored])
        .readable.map(openRecord)[0]!
        .runs.map((run) => run.notices),
    ).toEqual(notices);
  });

  it("keeps the ranks that a run told last", () => {
    const told = (step: number, rank: number): StudioEvent => ({
      type: "ranks",
      run: "a",
      step,
      full: 4,
      ranks: [{ module: "m.0.q", rank }],
    });
    const after = applyEvents(slice(comparison([record("a"), record("b")])), [told(1, 4), told(9, 2)], 0);
    expect(after.current?.runs.map(({ ranks }) => ranks)).toEqual([told(9, 2), undefined]);
  });

  it("keeps a gate's weights by step, without those after a step it goes back to, and the last distances", () => {
    const gate = (step: number, share: number): StudioEvent => ({
      type: "shares",
      run: "a",
      step,
      title: "Gate",
      names: ["x", "y"],
      shares: [share, 1 - share],
    });
    const moved: StudioEvent = { type: "distances", run: "b", step: 4, limit: 0.5, distances: [0.1, 0.5] };
    const told = applyEvents(
      slice(comparison([record("a"), record("b")])),
      [...[gate(1, 0.5), gate(4, 0.4), gate(7, 0.3), gate(4, 0.6)], moved],
      0,
    );
    const [a, b] = told.current!.runs;
    expect(a!.shares!.points).toEqual([
      { step: 1, shares: [0.5, 0.5] },
      { step: 4, shares: [0.6, 0.4] },
    ]);
    expect(b!.distances).toEqual(moved);
    expect(b!.shares).toBeUndefined();
  });

  it("keeps a failed run's reason and last good step while the others go on", () => {
    const after = applyEvents(
      slice(comparison([record("a"), record("b")])),
      [
        { type: "run-state", run: "a", state: "failed", reason: "not a number", lastGoodStep: 80, heldStep: null },
        step("b", 91, 1),
      ],
      0,
    );
    expect(after.current?.runs[0]).toMatchObject({ state: "failed", reason: "not a number", lastGoodStep: 80 });
    expect(after.current?.step).toBe(91);
  });

  it("stands where the slowest training run stands", () => {
    let state = slice(comparison([record("a"), record("b")]));
    for (let n = 1; n <= 5; n++) state = applyEvents(state, [step("a", n * 2, 1), step("b", n, 1)], n * 500);
    expect(state.current?.step).toBe(5);
  });

  it("notes when a comparison ended", () => {
    const finished = {
      type: "comparison-state" as const,
      state: "finished" as const,
      step: 100,
      steps: 100,
      reason: null,
      memoryBytes: bytes,
    };
    const after = applyEvents(slice(comparison([record("a")])), [finished], 1234);
    expect(after.current).toMatchObject({ state: "finished", endedAt: 1234, step: 100, memoryBytes: bytes });
  });

  it("is stopping until the comparison has ended or its worker has gone away", () => {
    const asked = { ...slice(comparison([record("a")])), stopping: true };
    const state = (name: "running" | "stopped") =>
      ({ type: "comparison-state", state: name, step: 7, steps: 100, reason: null, memoryBytes: bytes }) as const;
    const running = applyEvents(asked, [state("running"), step("a", 7, 1)], 1);
    expect(running.stopping).toBe(true);
    expect(applyEvents(running, [state("stopped")], 2).stopping).toBe(false);
    expect(failUnfinished(running, "worker lost", 2).stopping).toBe(false);
  });

  it("fails what still trains when the worker goes away, and leaves what had ended", () => {
    const runs = [record("a"), record("b", { state: "finished" }), record("c")];
    let state = applyEvents(slice(comparison(runs)), [evaluation("a", 0, 1, 0), evaluation("a", 20, 1, 0)], 0);
    state = applyEvents(state, [evaluation("c", 0, 1, 0)], 0);
    const after = failUnfinished(state, "device lost", 5);
    expect(after.current).toMatchObject({ state: "failed", reason: "device lost", endedAt: 5 });
    expect(after.current?.runs.map((run) => [run.state, run.lastGoodStep])).toEqual([
      ["failed", 20],
      ["finished", null],
      ["failed", null],
    ]);
    expect(failUnfinished(after, "again", 9)).toBe(after);
  });
});

describe("applyProgress", () => {
  const none: WaitsSlice = { open: [] };

  it("shows a wait from its beginning, even where all is done, until it ends", () => {
    let waits = applyProgress(none, [progress("begin", 10)], 1000);
    expect(shownWait({ waits })).toMatchObject({ since: 1000, startedAtDone: 10 });
    waits = applyProgress(waits, [progress("update", 60), progress("update", 100)], 2000);
    expect(shownWait({ waits })).toMatchObject({ since: 1000, startedAtDone: 10, event: { done: 100 } });
    waits = applyProgress(waits, [progress("end", 100)], 3000);
    expect(shownWait({ waits })).toBeNull();
  });

  it("shows the wait within another, and the other again after it", () => {
    let waits = applyProgress(none, [progress("begin", 1, 1), progress("begin", 5, 2), progress("update", 2, 1)], 0);
    expect(shownWait({ waits })?.event).toMatchObject({ id: 2, done: 5 });
    waits = applyProgress(waits, [progress("end", 9, 2)], 1);
    expect(shownWait({ waits })?.event).toMatchObject({ id: 1, done: 2 });
  });

  it("opens nothing that has not begun, and keeps the slice where no event is about a wait", () => {
    expect(applyProgress(none, [progress("update", 3), progress("end", 4)], 0).open).toEqual([]);
    expect(applyProgress(none, [step("a", 1, 1)], 0)).toBe(none);
  });
});
