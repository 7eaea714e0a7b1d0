/**
 * The verdict of comparisons that were trained: what is compared, by which rows and metric, and
 * what is left out and why.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Comparison } from "../../src/comparison/comparison";
import type { Executor } from "../../src/executors/executor";
import { History } from "../../src/instruments/history";
import { approachOf } from "../../src/methods/registry";
import { configurationSchema } from "../../src/plan/configuration";
import type { StudioEvent } from "../../src/plan/events";
import { variantsOf } from "../../src/plan/variants";
import type { DividedRows } from "../../src/runs/rows";
import { tasks } from "../../src/tasks/registry";
import { writeSentences } from "../../src/verdict/sentences";
import { type Judged, judge, judgeBy } from "../../src/worker/judge";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { createComparison, tinyData, tinyRows } from "./tiny-comparison";

const RUNS = [
  { name: "lora", method: "lora", options: { rank: 2 } },
  { name: "head", method: "linear-probe", options: {} },
  { name: "neighbours", method: "nearest-neighbours", options: { neighbours: 2 } },
];
const LABELS = tinyData([], []).labels;
const NOTHING = { metric: null, beside: [] };

let executor: Executor;
let model: BaseModel;
beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
});
afterAll(() => model.release());

/** These runs with two seeds each, on six rows; trained where asked; with test rows where given. */
async function compared(
  runs: typeof RUNS,
  training: object,
  {
    train = true,
    test = null,
    divisions,
    onEvent,
  }: {
    train?: boolean;
    test?: unknown;
    divisions?: DividedRows[];
    onEvent?: (event: StudioEvent, comparison: Comparison) => void;
  } = {},
) {
  const data = {
    ...tinyData(await tinyRows(model, [12, 9, 16, 10]), await tinyRows(model, [8, 9, 10, 8, 11, 9])),
    ...divisions?.[0],
  };
  const configuration = configurationSchema.parse({
    model: "bundled:tiny",
    data: { train: "rows.csv", test, columns: { text: "text", label: "label" } },
    training: { steps: 2, seeds: 2, ...training },
    runs,
  });
  const variants = runs.flatMap((run) =>
    variantsOf(run, configuration.training, configuration.data, approachOf(run.method).trains),
  );
  const history = new History();
  const plans = variants.map(({ run, ...variant }) => ({ ...runs.find((one) => one.name === run)!, ...variant }));
  const told = (event: StudioEvent, comparison: Comparison) => {
    history.add(event);
    onEvent?.(event, comparison);
  };
  const setup = { data, divisions, runs: plans, training: configuration.training, onEvent: told };
  const { comparison } = createComparison(executor, model, setup);
  await comparison.prepare();
  if (train) await comparison.train();
  const looked = { looks: divisions === undefined ? null : 3, divisions: divisions ?? [data] };
  const judged: Judged = { comparison, configuration, variants, history, data, ...looked };
  return { judged, comparison };
}

test("a run is judged over its seeds, beside its controls and answerers, on the validation rows", async () => {
  const { judged, comparison } = await compared(RUNS, {});
  const verdict = judge(judged, model, NOTHING);
  expect(verdict).toMatchObject({ metric: "accuracy", part: "validation", rows: 6, looks: null, leftOut: [] });
  expect(verdict.metricChangedAfterTraining).toBe(false);
  const kinds = Object.fromEntries(verdict.runs.map(({ run, kind, seeds }) => [run, [kind, seeds]]));
  expect(kinds).toEqual({ lora: ["tuned", 2], head: ["control", 2], neighbours: ["answerer", 2] });
  expect(verdict.pairs).toHaveLength(3);
  for (const { run, value, parameters } of verdict.runs) {
    const reports = [0, 1].map((seed) => comparison.report(`${run} (seed ${seed})`).metrics.accuracy!);
    expect(value).toBeCloseTo((reports[0]! + reports[1]!) / 2, 12);
    expect(parameters === null).toBe(run === "neighbours");
  }
  // Plain data, the same for the same outcomes, and its words are its own figures'.
  expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  expect(judge(judged, model, NOTHING)).toEqual(verdict);
  const overlap = { validation: { texts: 2, groups: 0 }, test: { texts: 4, groups: 0 } };
  expect(judge({ ...judged, overlap }, model, NOTHING).sentences).toContain(
    "The texts of 2 of these 6 validation rows are among the training rows, too: there a run may answer from memory.",
  );
  expect(writeSentences(structuredClone(verdict))).toEqual(verdict.sentences);
  await comparison.release();
});

test("the metric is the one that was fixed; another is said to be chosen later", async () => {
  const { judged, comparison } = await compared(RUNS.slice(0, 2), { metric: "f1" });
  const fixed = judge(judged, model, NOTHING);
  expect(fixed).toMatchObject({ metric: "f1", metricChangedAfterTraining: false });
  expect(judge(judged, model, { ...NOTHING, metric: "f1" })).toEqual(fixed);
  const changed = judge(judged, model, { ...NOTHING, metric: "accuracy" });
  expect(changed).toMatchObject({ metric: "accuracy", metricChangedAfterTraining: true });
  expect(changed.sentences.at(-1)).toMatch(/^Accuracy was chosen after training began/);
  expect(() => judge(judged, model, { ...NOTHING, metric: "rmse" })).toThrow('has no metric "rmse"');
  await comparison.release();
});

test("what failed in one seed, and what was added, is named and not compared", async () => {
  const runs = [...RUNS, { name: "wild", method: "lora", options: { rank: 2 }, learningRate: 1e30 }];
  const { judged, comparison } = await compared(runs, { steps: 6 });
  expect(comparison.state("wild (seed 0)")).toBe("failed");
  const verdict = judge(judged, model, { metric: null, beside: ["imported"] });
  expect(verdict.leftOut).toEqual([
    { run: "imported", why: "which rows it was trained on is not known here" },
    { run: "wild", why: expect.stringMatching(/^"wild \(seed 0\)" failed \(not a number: /) },
  ]);
  expect(verdict.runs.map(({ run }) => run).sort()).toEqual(["head", "lora", "neighbours"]);
  await comparison.release();
});

test("test rows decide where there are some; over folds each of them once", async () => {
  const all = await tinyRows(model, [8, 9, 10, 8, 11, 9, 12, 9]);
  const fold = (from: number, to: number) => ({
    train: all.filter((_, row) => row < from || row >= to),
    validation: all.slice(0, 2),
    validationTexts: ["row 0", "row 1"],
    test: all.slice(from, to),
  });
  const once = await compared(RUNS, {}, { test: 0.5, divisions: [fold(0, 4)] });
  const verdict = judge(once.judged, model, NOTHING);
  expect(verdict).toMatchObject({ part: "test", rows: 4, looks: 3, leftOut: [] });
  expect(verdict.sentences.some((sentence) => sentence.includes("looked at 3 times"))).toBe(true);
  await once.comparison.release();

  const divisions = [fold(0, 4), fold(4, 8)];
  const folds = await compared(RUNS, {}, { test: { folds: 2 }, divisions });
  const over = judge(folds.judged, model, NOTHING);
  expect(over).toMatchObject({ part: "test", rows: 8, leftOut: [] });
  expect(over.runs.map(({ seeds }) => seeds)).toEqual([2, 2, 2]);
  for (const { run, value } of over.runs) {
    const right = [0, 1].map((seed) =>
      [1, 2]
        .map((fold) => folds.comparison.tested(`${run} (seed ${seed}, fold ${fold})`)!)
        .map(
          ({ evaluation, examples }) =>
            tasks["sequence-classification"].measure(evaluation, examples, LABELS).accuracy! * examples.length,
        )
        .reduce((sum, count) => sum + count),
    );
    expect(value).toBeCloseTo((right[0]! + right[1]!) / 16, 12);
  }
  await folds.comparison.release();
});

test("guessing over folds goes by the training rows of each fold", async () => {
  const all = await tinyRows(model, [8, 9, 10, 8, 11, 9, 12, 9]);
  // Of the first fold's training rows most have label 0, of the second's label 1.
  const labelled = all.map((row, index) => ({ ...row, labels: Int32Array.of(index < 3 ? 1 : index < 4 ? 2 : 0) }));
  const fold = (from: number, to: number) => ({
    train: labelled.filter((_, row) => row < from || row >= to),
    validation: labelled.slice(0, 2),
    validationTexts: ["row 0", "row 1"],
    test: labelled.slice(from, to),
  });
  const divisions = [fold(0, 4), fold(4, 8)];
  const { judged, comparison } = await compared(RUNS, { seeds: 1 }, { test: { folds: 2 }, divisions });
  const { chance, majority, againstMajority } = judge(judged, model, NOTHING);
  // No row of a fold has the label that the other rows mostly have.
  expect([chance, majority]).toEqual([0, 0]);
  expect(againstMajority!.label).toBeNull();
  await comparison.release();
});

test("what a run needs to answer is said of it; a sweep judges what trains nothing once", async () => {
  const runs = [RUNS[0]!, { name: "fitted", method: "fitted-head", options: {} }, RUNS[2]!] as typeof RUNS;
  const { judged, comparison } = await compared(runs, { seeds: 1, learningRateFactors: [1, 2] });
  const { runs: found, pairs } = judge(judged, model, NOTHING);
  const known = found.map(({ run, basis, ratesTried }) => [run, basis, ratesTried]);
  expect(known.sort()).toEqual([
    ["fitted", "fitted head", undefined],
    ["lora (rate × 1)", undefined, 2],
    ["lora (rate × 2)", undefined, 2],
    ["neighbours", "frozen model", undefined],
  ]);
  expect(pairs).toHaveLength(6);
  await comparison.release();
});

test("a dial that is turned afterwards changes nothing; asked anew, its setting is said", async () => {
  const runs = [{ name: "dylora", method: "dylora", options: { rank: 2 } }, RUNS[1]!] as typeof RUNS;
  const { judged, comparison } = await compared(runs, { seeds: 1, steps: 8 });
  const before = judge(judged, model, NOTHING);
  const said = comparison.evaluation("dylora");
  await comparison.turn("dylora", 1);
  expect(comparison.evaluation("dylora").outputs).not.toEqual(said.outputs);
  expect(judge(judged, model, NOTHING)).toEqual(before);
  const asked = judgeBy(judged, model, {
    ...{ part: "file", metric: null, leftOut: [], looks: null, asked: true },
    answersOf: (run) => comparison.validated(run),
  });
  expect(asked.sentences).toContain("dylora answers at rank 1 here, not at the 2 of its training.");
  await comparison.release();
});

test("test rows that only some runs have read decide nothing, and count as a look", async () => {
  const all = await tinyRows(model, [8, 9, 10, 8, 11, 9, 12, 9]);
  const parts = { train: all.slice(0, 4), validation: all.slice(4, 6), validationTexts: ["row 4", "row 5"] };
  const divisions = [{ ...parts, test: all.slice(6) }];
  const stopped = (event: StudioEvent, comparison: Comparison) => {
    if (event.type === "evaluation" && event.split === "test") comparison.stop();
  };
  const { judged, comparison } = await compared(RUNS, { seeds: 1 }, { test: 0.25, divisions, onEvent: stopped });
  expect(RUNS.map(({ name }) => comparison.tested(name) !== null)).toEqual([true, false, false]);
  const { part, looks, sentences } = judge(judged, model, NOTHING);
  expect([part, looks]).toEqual(["validation", 3]);
  expect(sentences).toContain(
    "A stop came before every run had read the test rows, so validation rows decide. That counts as a look at the test " +
      "rows all the same: there have been 3.",
  );
  await comparison.release();
});

test("runs that differ in their text's meaning alone are asked whether it matters, in a sentence after the first", async () => {
  const start = (name: string, control: string) => ({
    name,
    method: "sk-prefix",
    options: { text: "Find it:", control },
  });
  const runs = [start("text", "none"), start("noise", "random-tokens")] as unknown as typeof RUNS;
  const { judged, comparison } = await compared(runs, { seeds: 1 });
  const { sentences } = judge(judged, model, NOTHING);
  expect(sentences.map((sentence) => sentence.startsWith("Does the meaning of the text matter? ")).indexOf(true)).toBe(
    1,
  );
  await comparison.release();
});

test("what has not ended is not judged", async () => {
  const { judged, comparison } = await compared(RUNS.slice(0, 1), {}, { train: false });
  expect(() => judge(judged, model, NOTHING)).toThrow('"lora (seed 0)" is still preparing');
  await comparison.release();
});
