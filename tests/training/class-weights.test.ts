/**
 * Comparisons with class weights: what a step's loss is, that each division of the rows has its
 * own weights, what answerers make of them, and that rare labels are found sooner.
 */

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { TokenizedExample } from "../../src/data/tokens";
import type { Executor } from "../../src/executors/executor";
import type { TrainingConfiguration } from "../../src/plan/configuration";
import type { ComparisonData } from "../../src/runs/rows";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { OpenComparisons, type TinySetup, tinyData, tinyRows } from "./tiny-comparison";

const timeout = 120_000;
let executor: Executor;
let model: BaseModel;
/** Twelve rows of one length, which are one batch. */
let rows: readonly TokenizedExample[];
const open = new OpenComparisons();

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  rows = await tinyRows(model, Array<number>(12).fill(8));
  return () => model.release();
});

afterEach(() => open.release());

const labelled = (labels: readonly number[]) =>
  labels.map((label, row) => ({ ...rows[row]!, labels: Int32Array.of(label) }));

async function trained(setup: TinySetup) {
  const created = open.create(executor, model, setup);
  await created.comparison.prepare();
  await created.comparison.train();
  return created;
}

/**
 * The loss of a first step on all rows at once, and each row's own as an evaluation of the same
 * rows says it: the step changes next to nothing.
 */
async function firstStep(
  data: ComparisonData,
  training: Partial<TrainingConfiguration>,
  rest: Partial<Pick<TinySetup, "divisions">> = {},
) {
  const split = (rest.divisions?.length ?? 1) - 1;
  const created = await trained({
    data,
    ...rest,
    runs: [{ name: "head", method: "linear-probe", split }],
    training: { steps: 1, batchSize: rows.length, learningRate: 1e-9, ...training },
  });
  const { losses } = created.comparison.evaluation("head");
  const [loss] = created.losses("head");
  return { loss: loss!, losses: losses.map(([own]) => own!) };
}

function weightedMean(losses: readonly number[], weights: readonly number[]): number {
  const total = losses.reduce((sum, _, row) => sum + weights[row]!, 0);
  return losses.reduce((sum, loss, row) => sum + (weights[row]! / total) * loss, 0);
}

const SKEWED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3];

test("a step's loss is the weighted mean of its rows, and an evaluation's the plain one", { timeout }, async () => {
  const own = labelled(SKEWED);
  const data = tinyData(own, own);
  const off = await firstStep(data, {});
  expect(off.loss).toBeCloseTo(weightedMean(off.losses, Array(12).fill(1)), 5);
  const balanced = await firstStep(data, { classWeights: "balanced" });
  const weights = SKEWED.map((label) => 12 / (2 * (label === 0 ? 10 : 2)));
  expect(balanced.losses.map((loss, row) => Math.abs(loss - off.losses[row]!)).every((far) => far < 1e-6)).toBe(true);
  expect(balanced.loss).toBeCloseTo(weightedMean(balanced.losses, weights), 5);
  expect(Math.abs(balanced.loss - off.loss)).toBeGreaterThan(1e-3);
  const byHand = await firstStep(data, { classWeights: { getting_spare_card: 7 } });
  expect(byHand.loss).toBeCloseTo(
    weightedMean(
      byHand.losses,
      SKEWED.map((label) => (label === 3 ? 7 : 1)),
    ),
    5,
  );
});

test("each division of the rows is weighed by its own training rows", { timeout }, async () => {
  const [first, second] = [labelled(SKEWED), labelled([0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2])];
  const data = tinyData(first, first);
  const division = { ...data, train: second, validation: second };
  const said = await firstStep(data, { classWeights: "balanced" }, { divisions: [data, division] });
  const weights = [6, 3, 3].flatMap((count) => Array<number>(count).fill(12 / (3 * count)));
  expect(said.loss).toBeCloseTo(weightedMean(said.losses, weights), 5);
});

test("several labels: those that a row has count for as many times more", { timeout }, async () => {
  const [rare, usual] = [
    [0, 1, 0, 0, 1],
    [0, 1, 0, 0, 0],
  ];
  const own = rows.map((row, index) => ({
    ...row,
    labels: Int32Array.of(0),
    values: Float32Array.from(index < 2 ? rare : usual),
  }));
  const data: ComparisonData = { ...tinyData(own, own), task: "multi-label-classification" };
  const off = await firstStep(data, {});
  const balanced = await firstStep(data, { classWeights: "balanced" });
  // Rows are near ln 2 in every label before training: the rare label's two rows gain four more.
  expect(balanced.losses).toEqual(off.losses.map((loss) => expect.closeTo(loss, 6)));
  const gained = (balanced.loss - off.loss) * 12 * 5;
  expect(gained / (2 * 4 * Math.LN2)).toBeGreaterThan(0.8);
  expect(gained / (2 * 4 * Math.LN2)).toBeLessThan(1.2);
});

describe("a skewed set", () => {
  test("balanced weights find the rare label where the usual one would win", { timeout }, async () => {
    // Two texts: of the second one row in four has the rare label, so by chances it is never said.
    const own = rows.map((row, index) => ({
      ...row,
      ids: rows[index < 8 ? 0 : 1]!.ids,
      labels: Int32Array.of(index === 11 ? 3 : 0),
    }));
    const said = [];
    for (const classWeights of ["off", "balanced"] as const) {
      const { comparison, of } = await trained({
        data: tinyData(own, own),
        runs: [{ name: "lora", method: "lora", options: { rank: 2 } }],
        training: { steps: 60, batchSize: rows.length, learningRate: 0.01, classWeights },
      });
      const { outputs } = comparison.evaluation("lora");
      const { recall, f1 } = of("evaluation", "lora").at(-1)!;
      said.push({ labels: outputs.map((logits) => logits.indexOf(Math.max(...logits))), recall, f1 });
      await open.release();
    }
    const [off, balanced] = said as [(typeof said)[number], (typeof said)[number]];
    expect(off.labels).toEqual(Array(12).fill(0));
    expect(balanced.labels).toEqual([...Array(8).fill(0), 3, 3, 3, 3]);
    expect(balanced.recall! - off.recall!).toBeGreaterThan(0.1);
    expect(balanced.f1! - off.f1!).toBeGreaterThan(0.05);
  });

  test("answerers are fitted with the weights, or say that they are not", { timeout }, async () => {
    const own = labelled(SKEWED).map((row, index) => ({ ...row, text: `row ${index % 3}` }));
    const answered = async (classWeights: "off" | "balanced") => {
      const created = await trained({
        data: tinyData(own, own),
        runs: ["fitted-head", "bag-of-words", "nearest-neighbours"].map((method) => ({ name: method, method })),
        training: { steps: 1, classWeights },
      });
      const chances = (run: string) =>
        created.comparison.evaluation(run).outputs.map((logits) => {
          const sum = [...logits].reduce((all, logit) => all + Math.exp(logit), 0);
          return Math.exp(logits[3]!) / sum;
        });
      const mean = (run: string) => chances(run).reduce((sum, chance) => sum + chance / 12, 0);
      const notices = created.of("notice", "nearest-neighbours").map(({ message }) => message);
      const means = { fitted: mean("fitted-head"), bag: mean("bag-of-words"), near: mean("nearest-neighbours") };
      await open.release();
      return { ...means, notices };
    };
    const [off, balanced] = [await answered("off"), await answered("balanced")];
    // The sum of a fit's chances of a label is the weighted count of its rows.
    expect(off.fitted).toBeCloseTo(2 / 12, 3);
    expect(balanced.fitted).toBeGreaterThan(off.fitted + 0.02);
    expect(off.bag).toBeCloseTo(2 / 12, 3);
    expect(balanced.bag).toBeCloseTo(1 / 2, 1);
    expect(balanced.near).toBe(off.near);
    expect(off.notices).toEqual([]);
    expect(balanced.notices).toEqual([expect.stringContaining("Weights change nothing here")]);
  });

  test("a label that there is not is refused before anything is allocated", () => {
    const own = labelled(SKEWED);
    const before = executor.memory.bytes();
    const setup = { data: tinyData(own, own), runs: [{ name: "head", method: "linear-probe" }] };
    expect(() => open.create(executor, model, { ...setup, training: { classWeights: { age_limits: 2 } } })).toThrow(
      'the data have no label "age_limits"; the nearest of their 5 is "age_limit"',
    );
    expect(executor.memory.bytes()).toEqual(before);
  });
});
