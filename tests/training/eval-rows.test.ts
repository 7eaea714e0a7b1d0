/**
 * `training.evalRows`: some of the validation rows are measured while training, and the others once
 * a run has ended.
 */

import { expect, test } from "vitest";
import { Validation } from "../../src/comparison/validation-rows";
import type { StudioEvent } from "../../src/plan/events";
import { meanLossOf } from "../../src/tasks/task";
import { type TinyComparison, type TinySetup, tinyData, tinyRows } from "./tiny-comparison";
import { openTinyLlama } from "./tiny-llama";

const timeout = 120_000;
const llama = openTinyLlama();

const runs = [
  { name: "head", method: "linear-probe", learningRate: 0.15 },
  { name: "lora", method: "lora", learningRate: 0.01 },
  { name: "neighbours", method: "nearest-neighbours" },
];
const names = runs.map(({ name }) => name);

async function trained(training: TinySetup["training"], onEvent?: TinySetup["onEvent"]): Promise<TinyComparison> {
  const rows = await tinyRows(llama.model, [5, 7, 8, 6, 4, 8, 8, 6, 5, 7, 6, 8, 7, 4, 8]);
  const data = tinyData(rows.slice(0, 6), rows.slice(6));
  return llama.trained({ data, runs, training: { steps: 6, evalEvery: 2, ...training }, onEvent });
}

const curveOf = ({ of }: TinyComparison, run: string) => of("evaluation", run).filter(({ complete }) => !complete);
const completeOf = ({ of }: TinyComparison, run: string) => of("evaluation", run).filter(({ complete }) => complete);

test("no more rows than asked for are read before the first step and while training; all in the end", {
  timeout,
}, async () => {
  const part = await trained({ evalRows: 4 });
  const whole = await trained({});
  const firstStep = part.events.findIndex(({ type }) => type === "step");
  const isEvaluation = (event: StudioEvent) => event.type === "evaluation";
  const before = part.events.slice(0, firstStep).filter(isEvaluation);
  // The others follow when the first has made its step: nobody waits for all of them.
  expect(before.map(({ run, rows }) => [run, rows])).toEqual([["head", 4]]);
  const points = part.events.flatMap((event) =>
    event.type === "step" || isEvaluation(event) ? [`${event.run}: ${event.type} ${event.step}`] : [],
  );
  expect(points.slice(0, 5)).toEqual([
    "head: evaluation 0",
    "head: step 1",
    "lora: evaluation 0",
    "lora: step 1",
    "neighbours: evaluation 0",
  ]);
  for (const name of names) {
    expect(part.losses(name)).toEqual(whole.losses(name));
    expect(curveOf(part, name).map(({ step, rows }) => [step, rows])).toEqual(
      curveOf(whole, name).map(({ step }) => [step, 4]),
    );
    expect(completeOf(whole, name)).toEqual([]);
    const [complete, ...others] = completeOf(part, name);
    const last = curveOf(whole, name).at(-1)!;
    expect(others).toEqual([]);
    expect(complete).toMatchObject({ step: last.step, rows: 9, accuracy: last.accuracy, tokens: last.tokens });
    expect(complete!.loss).toBeCloseTo(last.loss, 5);
    // Row by row, in the order of the data.
    const [said, all] = [part, whole].map(({ comparison }) => comparison.validated(name)!);
    expect(said!.examples.map(({ row }) => row)).toEqual(all!.examples.map(({ row }) => row));
    for (const [row, [loss]] of said!.evaluation.losses.entries()) {
      expect(loss).toBeCloseTo(all!.evaluation.losses[row]![0]!, 5);
    }
    expect(part.comparison.report(name).wrongest).toHaveLength(9);
  }
  // The last point of a curve is of the same rows as the others.
  const { sample } = new Validation(tinyData([], part.comparison.validated("head")!.examples), {
    evalRows: 4,
    seed: 0,
  });
  const { evaluation, examples } = part.comparison.validated("head")!;
  const drawn = sample.rows.map((row) => examples.indexOf(row));
  const ofSample = { outputs: [], losses: drawn.map((place) => evaluation.losses[place]!) };
  expect(curveOf(part, "head").at(-1)!.loss).toBeCloseTo(meanLossOf(ofSample, sample.rows), 6);
});

test("the best step is chosen by those rows, and its adapter is what is measured on all", { timeout }, async () => {
  const created = await trained({ evalRows: 3, keepBest: true, steps: 8, earlyStopping: { patience: 1 } });
  const { comparison, of } = created;
  const losses = curveOf(created, "head").filter(({ step }) => step > 0);
  const best = losses.reduce((least, event) => (event.loss < least.loss ? event : least));
  expect(comparison.heldStep("head")).toBe(best.step);
  expect(completeOf(created, "head")).toMatchObject([{ step: best.step, rows: 9 }]);
  // Those that ended early are measured on all rows, too, once the others have ended.
  expect(
    of("evaluation")
      .slice(-3)
      .map(({ run, rows }) => [run, rows]),
  ).toEqual(names.map((name) => [name, 9]));
});

test("a stop while the others are measured leaves every run with the same rows; going on makes up for it", {
  timeout,
}, async () => {
  let waits = 0;
  const seen = new Set<number>();
  const created = await trained({ evalRows: 4 }, (event, comparison) => {
    if (event.type !== "progress" || event.wait !== "evaluating" || seen.has(event.id)) return;
    seen.add(event.id);
    waits++;
    // Four evaluations of the two that train, one of the other; then the rest of the second run.
    if (waits === 11) comparison.stop();
  });
  const { comparison } = created;
  expect(waits).toBe(11);
  for (const name of names) {
    expect(completeOf(created, name)).toEqual([]);
    expect(comparison.validated(name)!.examples).toHaveLength(4);
    expect(comparison.report(name).wrongest).toHaveLength(4);
  }
  await comparison.evaluate();
  for (const name of names) expect(comparison.validated(name)!.examples).toHaveLength(9);
});

test("an adapter that is only evaluated is measured on both", { timeout }, async () => {
  const { comparison, of } = llama.create({
    data: tinyData(await tinyRows(llama.model, [5, 7]), await tinyRows(llama.model, [5, 7, 8, 6, 4])),
    runs: runs.slice(0, 1),
    training: { evalRows: 2 },
  });
  await comparison.evaluate();
  expect(of("evaluation").map(({ rows, complete }) => [rows, complete])).toEqual([
    [2, undefined],
    [5, true],
  ]);
});

test("a stop leaves all but the rows that decide, and says how far it is; a second one leaves those too", {
  timeout,
}, async () => {
  const rows = await tinyRows(llama.model, [5, 7, 8, 6, 4, 8, 8, 6, 5, 7, 6, 8, 7, 4, 8]);
  const data = { ...tinyData(rows.slice(0, 6), rows.slice(6, 11)), test: rows.slice(11) };
  const stopped = (again: boolean) =>
    llama.trained({
      ...{ data, runs, training: { steps: 40, evalEvery: 40, evalRows: 4 } },
      onEvent(event, comparison) {
        if (event.type === "step" && event.step === 2 && event.run === "head") comparison.stop();
        const isSecond = event.type === "progress" && event.detail === "lora, test rows, run 2 of 3";
        if (again && isSecond) comparison.stop();
      },
    });
  const tested = ({ of }: TinyComparison) =>
    of("evaluation").flatMap(({ split, run }) => (split === "test" ? run : []));
  const once = await stopped(false);
  expect(names.flatMap((name) => completeOf(once, name))).toEqual([]);
  expect(tested(once)).toEqual(names);
  expect(tested(await stopped(true))).toEqual(["head"]);
});
