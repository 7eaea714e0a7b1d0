/**
 * Runs that train nothing, beside runs that train: they join after the first step, and are fitted
 * once, however many seeds ask.
 */

import { expect, test } from "vitest";
import type { StudioEvent } from "../../src/plan/events";
import { type TinyComparison, type TinySetup, tinyData, tinyRows } from "./tiny-comparison";
import { openTinyLlama } from "./tiny-llama";

const timeout = 120_000;
const llama = openTinyLlama();

const SEEDS = [0, 1, 2];
const head = { name: "head", method: "linear-probe", learningRate: 0.1 };
const bag = { name: "bag", method: "bag-of-words" };
const nearest = { name: "nearest", method: "nearest-neighbours" };

async function setup(runs: TinySetup["runs"], onEvent?: TinySetup["onEvent"]): Promise<TinySetup> {
  const rows = (await tinyRows(llama.model, [5, 7, 8, 6, 4, 8, 7, 5, 6])).map((row) => ({
    ...row,
    text: `what is the number ${row.row % 4} of row ${row.row}`,
  }));
  return { data: tinyData(rows.slice(0, 6), rows.slice(6)), runs, training: { steps: 4, evalEvery: 2 }, onEvent };
}

const waits = ({ events }: TinyComparison, wait: string) =>
  events.filter((event) => event.type === "progress" && event.wait === wait && event.phase === "begin").length;
const place = ({ events }: TinyComparison, is: (event: StudioEvent) => boolean) => events.findIndex(is);
const curve = ({ of }: TinyComparison, run: string) => of("evaluation", run).map(({ step, loss }) => [step, loss]);
const last = ({ of }: TinyComparison, run: string) => of("run-state", run).at(-1);

test("are fitted after the first step, and once for all seeds", { timeout }, async () => {
  const seeded = [bag, nearest].flatMap((run) => SEEDS.map((seed) => ({ ...run, name: `${run.name} ${seed}`, seed })));
  const words = { ...bag, name: "words", options: { reads: "words" } };
  const created = await llama.trained(await setup([...seeded, words, head]));
  // One of every method and options: bag of words twice, nearest neighbours.
  expect(waits(created, "fitting")).toBe(3);
  expect(waits(created, "reading training rows")).toBe(1);
  const firstStep = place(created, ({ type }) => type === "step");
  expect(firstStep).toBeLessThan(place(created, (event) => event.type === "progress" && event.wait === "fitting"));
  const before = created.events.slice(0, firstStep).filter(({ type }) => type === "evaluation");
  expect(before).toMatchObject([{ run: "head", step: 0 }]);
  for (const name of ["bag", "nearest"]) {
    const [first, ...others] = SEEDS.map((seed) => `${name} ${seed}`);
    expect(curve(created, first!).map(([step]) => step)).toEqual([0, 2, 4]);
    for (const other of others) {
      expect(curve(created, other)).toEqual(curve(created, first!));
      const said = (run: string) => created.of("notice", run).map(({ message }) => message);
      expect(said(other)).toEqual(said(first!));
    }
  }
  expect(created.of("notice", "bag 2")).toHaveLength(1);
  // What is kept is never of a part of the runs.
  expect([...created.comparison.kept.keys()]).toEqual(created.comparison.runNames);
});

test.each([
  [bag, "fitting"],
  [nearest, "reading training rows"],
])("a stop leaves $name unfitted; going on, and whoever asks, makes up for it", { timeout }, async (run, wait) => {
  let stopped = false;
  const stop: TinySetup["onEvent"] = (event, comparison) => {
    if (stopped || event.type !== "progress" || event.wait !== wait) return;
    stopped = true;
    comparison.stop();
  };
  const whole = await llama.trained(await setup([run, head]));
  const created = await llama.trained(await setup([run, head], stop));
  expect(stopped).toBe(true);
  expect(curve(created, "head").map(([step]) => step)).toEqual([0, 1]);
  expect(curve(created, run.name)).toEqual([]);
  const reason = "It was stopped before it was ready.";
  expect(last(created, run.name)).toMatchObject({ state: "stopped", reason });
  expect(created.of("comparison-state").at(-1)).toMatchObject({ state: "stopped", step: 1 });
  const [row] = (await setup([])).data.validation;
  const [, said] = await created.comparison.predict(row!);
  const [, wholly] = await whole.comparison.predict(row!);
  expect(said).toEqual(wholly);
  await created.comparison.continue();
  expect(curve(created, run.name)).toEqual(curve(whole, run.name));
  expect(created.losses("head")).toEqual(whole.losses("head"));
  expect(last(created, run.name)).toMatchObject({ state: "finished", reason: null });
});

test("one that cannot be fitted ends by itself, and the others go on", { timeout }, async () => {
  const none = { ...bag, options: { reads: "words", fewestRows: 1000 } };
  const created = await llama.trained(await setup([none, nearest, head]));
  expect(last(created, "bag")).toMatchObject({
    state: "failed",
    reason: expect.stringMatching(/^Bag of words: no word/),
  });
  expect(last(created, "nearest")).toMatchObject({ state: "finished" });
  expect(created.of("comparison-state").at(-1)).toMatchObject({ state: "finished", step: 4 });
  const said = await created.comparison.predict((await setup([])).data.validation[0]!);
  expect(said.map(({ run }) => run)).toEqual(["base", "nearest", "head"]);
});

test("alone they are fitted at once", { timeout }, async () => {
  const created = await llama.trained(await setup([bag, nearest]));
  for (const name of ["bag", "nearest"]) expect(curve(created, name).map(([step]) => step)).toEqual([0, 4]);
  expect(created.comparison.finished).toBe(true);
});
