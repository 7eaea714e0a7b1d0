import { describe, expect, it } from "vitest";
import { applyEvents } from "../../../src/page/store/events";
import type { ComparisonSlice } from "../../../src/page/store/state";
import { secondsUntil } from "../../../src/page/store/time-left";
import type { RunState, StudioEvent } from "../../../src/worker/api";
import { bytes, comparison, evaluation, record, slice, step } from "./events";

const NAMES = ["a", "b"];
/** Trains nothing. */
const LATE = "late";

/** A training as the worker tells of it; times in milliseconds. */
interface Told {
  readonly steps: number;
  /** Of the first step of each run, and of every later one by its number. */
  readonly first: number;
  readonly step: (number: number) => number;
  /** Of one run's evaluation. */
  readonly evaluation: number;
  /** How long somebody pauses after the step of this number. */
  readonly paused?: { readonly after: number; readonly for: number };
  /** How long a run that trains nothing is made ready after the first step; none without it. */
  readonly joins?: number;
}

const state = (name: "running" | "paused", number: number): StudioEvent => ({
  ...{ type: "comparison-state", state: name, step: number, steps: 0, reason: null, memoryBytes: bytes },
});

/** Every event with the time at which it happens, and the time of the end. */
function training({ steps, first, step: stepTime, evaluation: rowsTime, paused, joins }: Told) {
  const events: { at: number; event: StudioEvent }[] = [];
  let now = 1000;
  const seconds = new Map(NAMES.map((name) => [name, 0]));
  const tell = (event: StudioEvent) => {
    events.push({ at: now, event: event.type === "comparison-state" ? { ...event, steps } : event });
  };
  const late = (state: RunState): StudioEvent => ({
    ...{ type: "run-state", run: LATE, state, reason: null, lastGoodStep: null, heldStep: null },
  });
  const evaluate = (number: number, names = number > 0 && joins ? [...NAMES, LATE] : NAMES) => {
    for (const name of names) {
      // What trains nothing says the same again.
      if (name !== LATE || number === 0) now += rowsTime;
      tell(evaluation(name, number, 1, 0.5));
    }
  };
  tell(state("running", 0));
  evaluate(0);
  for (let number = 1; number <= steps; number++) {
    for (const name of NAMES) {
      const took = number === 1 ? first : stepTime(number);
      now += took;
      seconds.set(name, seconds.get(name)! + took / 1000);
      tell(step(name, number, 1, { seconds: seconds.get(name)! }));
    }
    tell(state("running", number));
    if (joins && number === 1) {
      tell(late("preparing"));
      now += joins;
      tell(late("running"));
      evaluate(0, [LATE]);
    }
    if (paused?.after === number) {
      tell(state("paused", number));
      now += paused.for;
      tell(state("running", number));
    }
    if (number % 10 === 0 || number === steps) evaluate(number);
  }
  return { events, end: now };
}

function untrained(steps: number): ComparisonSlice {
  const runs = [...NAMES.map((name) => record(name)), record(LATE, { state: "waiting", learningRate: null })];
  return slice(comparison(runs, { steps }));
}

interface Said {
  readonly now: number;
  readonly left: number;
  readonly slower: boolean;
}

/** What the page says of the time left whenever the worker hands over a tenth of a second. */
function said(told: Told, start: (slice: ComparisonSlice) => ComparisonSlice = (one) => one) {
  const { events, end } = training(told);
  let current = start(untrained(told.steps));
  const all: Said[] = [];
  for (let i = 0; i < events.length; ) {
    const now = Math.ceil(events[i]!.at / 100) * 100;
    const next = events.findIndex(({ at }, place) => place >= i && at > now);
    const until = next < 0 ? events.length : next;
    current = applyEvents(
      current,
      events.slice(i, until).map(({ event }) => event),
      now,
    );
    i = until;
    const { progress } = current;
    const left = progress && secondsUntil(progress.ending, progress.now);
    if (left) all.push({ now, left: 1000 * left, slower: progress.ending!.slower });
  }
  return { all, end };
}

/** Where more is left than was said before, although it was not said to be slower. */
function grownWithoutAWord(all: readonly Said[]): Said[] {
  return all.filter(({ left, slower }, i) => i > 0 && left > all[i - 1]!.left && !slower);
}

describe("a training's time left", () => {
  const quick: Told = { steps: 200, first: 30, step: () => 4, evaluation: 25 };
  const slow: Told = { steps: 60, first: 9000, step: () => 1200, evaluation: 700 };
  const measured: Told = { steps: 100, first: 2000, step: () => 150, evaluation: 3000 };

  it.each([
    ["with a slow first step", slow],
    ["with evaluations that take longer than what is between them", measured],
    ["with steps of few milliseconds", quick],
  ])("is right from the second step on, %s", (_, told) => {
    const { all, end } = said(told);
    const [first] = all;
    expect(first!.left / (end - first!.now)).toBeGreaterThan(0.8);
    expect(first!.left / (end - first!.now)).toBeLessThan(1.25);
    expect(all.filter(({ slower }) => slower)).toEqual([]);
    expect(grownWithoutAWord(all)).toEqual([]);
  });

  it("never grows without a word, however steps waver", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const waver = (number: number) => 40 + 400 * Math.abs(Math.sin(seed * number)) ** (1 + (seed % 5));
      const { all } = said({ steps: 80, first: 500 * seed, step: waver, evaluation: 30 * (seed % 7) });
      expect(all.length).toBeGreaterThan(10);
      expect(grownWithoutAWord(all), `seed ${seed}`).toEqual([]);
    }
  });

  it("grows with a word where steps become slow", () => {
    const { all } = said({ ...slow, step: (number) => (number < 20 ? 1200 : 4000) });
    expect(all.some(({ slower }) => slower)).toBe(true);
    expect(grownWithoutAWord(all)).toEqual([]);
  });

  it("stands still while it is paused", () => {
    const { all, end } = said({ ...slow, paused: { after: 25, for: 600_000 } });
    expect(all.filter(({ slower }) => slower)).toEqual([]);
    expect(grownWithoutAWord(all)).toEqual([]);
    const after = all.find(({ now }) => now > 600_000)!;
    expect(after.left / (end - after.now)).toBeCloseTo(1, 1);
  });

  it("stands still while a run that joins later is made ready", () => {
    const { all, end } = said({ ...measured, joins: 600_000 });
    expect(all.filter(({ slower }) => slower)).toEqual([]);
    expect(grownWithoutAWord(all)).toEqual([]);
    for (const { now, left } of all.filter(({ now }) => now > 600_000)) {
      expect(Math.abs(left - (end - now)) / (end - now)).toBeLessThan(0.5);
    }
  });

  it("counts the rows that are read in the end alone", () => {
    const parts = { train: 400, validation: 100, test: 50 };
    const withEnd = (one: ComparisonSlice): ComparisonSlice => {
      const { current } = one;
      const { training: own } = current!.configuration;
      const configuration = { ...current!.configuration, training: { ...own, evalRows: 25 } };
      return { ...one, current: { ...current!, parts, configuration } };
    };
    const plain = said(measured).all[0]!;
    const more = said(measured, withEnd).all[0]!;
    // 75 validation rows and 50 of the test, 25 of which both runs read in six seconds.
    expect((more.left - plain.left) / 30_000).toBeCloseTo(1, 1);
  });

  it("says nothing before there is a second step", () => {
    const { events } = training(slow);
    let current = untrained(slow.steps);
    const before = events.filter(({ event }) => event.type !== "step" || event.step < 2).slice(0, 6);
    for (const { at, event } of before) current = applyEvents(current, [event], at);
    expect(current.progress).toMatchObject({ step: 1, ending: null });
    const seconds = { seconds: 1 };
    current = applyEvents(current, [step("a", 4, 1, seconds), step("b", 4, 1, seconds)], 60_000);
    expect(current.progress!.ending).not.toBeNull();
  });
});
