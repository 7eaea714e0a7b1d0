/**
 * Comparisons whose rows and tokens have weights, in every task: what a step's loss is, beside
 * class weights the product, to the bit the same where all weigh 1, and what is counted as kept.
 */

import { afterEach, beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { TokenizedExample } from "../../src/data/tokens";
import type { TaskId } from "../../src/data/types";
import type { Executor } from "../../src/executors/executor";
import type { TrainingConfiguration } from "../../src/plan/configuration";
import type { ComparisonData } from "../../src/runs/rows";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { OpenComparisons, tinyData, tinyRows } from "./tiny-comparison";

let executor: Executor;
let model: BaseModel;
/** One batch. */
let rows: readonly TokenizedExample[];
const open = new OpenComparisons();
const [ROWS, TOKENS] = [11, 8];

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  rows = await tinyRows(model, Array<number>(ROWS).fill(TOKENS));
  return () => model.release();
});

afterEach(() => open.release());

/** The same rows with something to be learned for each task. */
const forTask: Readonly<Record<TaskId, (row: TokenizedExample, index: number) => TokenizedExample>> = {
  "sequence-classification": (row, index) => ({ ...row, labels: Int32Array.of(index % 3) }),
  "multi-label-classification": (row, index) => ({
    ...row,
    labels: Int32Array.of(0),
    values: Float32Array.from({ length: 5 }, (_, label) => Number((index + label) % 3 === 0)),
  }),
  regression: (row, index) => ({ ...row, labels: Int32Array.of(0), values: Float64Array.of(index - 4.5) }),
  "token-classification": (row, index) => ({
    ...row,
    labels: Int32Array.from(row.ids, (_, place) => (place % 3 === 0 ? -100 : (index + place) % 5)),
  }),
  "causal-lm": (row) => ({
    ...row,
    labels: Int32Array.from(row.ids, (_, place) => (place < 2 ? -100 : (row.ids[place + 1] ?? -100))),
  }),
};

function dataOf(task: TaskId, weightsOf?: (row: number, place: number) => number): ComparisonData {
  const own = rows.map((row, index) => forTask[task](row, index));
  const weighed = own.map((row, index) =>
    weightsOf ? { ...row, weights: Float32Array.from(row.labels, (_, place) => weightsOf(index, place)) } : row,
  );
  const scale = task === "regression" ? { scale: { mean: 0.5, deviation: 3 } } : {};
  const labels = task === "causal-lm" || task === "regression" ? { labels: [] } : {};
  return { ...tinyData(weighed, own), task, ...scale, ...labels };
}

async function trained(data: ComparisonData, training: Partial<TrainingConfiguration>) {
  const created = open.create(executor, model, {
    data,
    runs: [{ name: "lora", method: "lora", options: { rank: 2 } }],
    training: { batchSize: ROWS, ...training },
  });
  await created.comparison.prepare();
  await created.comparison.train();
  return created;
}

const weightOf = (row: number, place: number) => [0.25, 3, 0, 1.5, 40][row % 5]! * (1 + (place % 2));
const all = Object.keys(forTask) as TaskId[];

test.each(all)("%s: a step's loss is Σ w · loss / Σ w, and an evaluation's the plain mean", async (task) => {
  const data = dataOf(task, weightOf);
  // A step that changes next to nothing: an evaluation then says each label's loss in it.
  const { comparison, losses, of } = await trained(data, { steps: 1, learningRate: 1e-9 });
  const { losses: own } = comparison.evaluation("lora");
  let [sum, total, plain, labels, kept] = [0, 0, 0, 0, 0];
  for (const [row, { labels: given, ids }] of data.train.entries()) {
    for (const [place, label] of given.entries()) {
      if (label < 0) continue;
      const weight = data.train[row]!.weights![place]!;
      sum += weight * own[row]![place]!;
      total += weight;
      plain += own[row]![place]!;
      labels++;
      if (weight > 0) kept += given.length === 1 ? ids.length : 1;
    }
  }
  const [loss] = losses("lora");
  expect(loss! / (sum / total)).toBeCloseTo(1, 5);
  expect(Math.abs(loss! - plain / labels)).toBeGreaterThan(1e-3);
  expect(of("evaluation", "lora").at(-1)!.loss / (plain / labels)).toBeCloseTo(1, 5);
  const [step] = of("step", "lora");
  expect(step!.keptTokens).toBe(kept);
  expect(step!.weightSum! / total).toBeCloseTo(1, 6);
  expect(step!.keptTokens!).toBeLessThan(step!.tokens);
});

test.each(all)("%s: weights of 1 change no bit of a training", async (task) => {
  const steps = { steps: 3, learningRate: 0.01, batchSize: 4 };
  const [plain, ones] = [
    await trained(dataOf(task), steps),
    await trained(
      dataOf(task, () => 1),
      steps,
    ),
  ];
  expect(ones.losses("lora")).toEqual(plain.losses("lora"));
  expect(ones.losses("lora")).toHaveLength(3);
  const values = await Promise.all(
    [plain, ones].map(({ comparison }) => comparison.run("lora").parameters.checkpoint(3)),
  );
  expect(values[1]!.values).toEqual(values[0]!.values);
  expect(ones.comparison.evaluation("lora")).toEqual(plain.comparison.evaluation("lora"));
});

test("beside class weights a row has the product", async () => {
  const byClass = [2, 0.5, 7];
  const names = tinyData([], []).labels;
  const classWeights = Object.fromEntries(byClass.map((weight, label) => [names[label]!, weight]));
  const data = dataOf("sequence-classification", weightOf);
  const { comparison, losses } = await trained(data, { steps: 1, learningRate: 1e-9, classWeights });
  const { losses: own } = comparison.evaluation("lora");
  let [sum, total] = [0, 0];
  for (const row of own.keys()) {
    const weight = weightOf(row, 0) * byClass[row % 3]!;
    sum += weight * own[row]![0]!;
    total += weight;
  }
  expect(losses("lora")[0]! / (sum / total)).toBeCloseTo(1, 5);
});

test("several labels: row weights times each label's own", async () => {
  const task = "multi-label-classification";
  const names = tinyData([], []).labels;
  const classWeights = { [names[0]!]: 6 };
  const steps = { steps: 1, learningRate: 1e-9, classWeights };
  const { losses } = await trained(dataOf(task, weightOf), steps);
  const each: number[] = [];
  for (const row of rows.keys()) {
    const alone = await trained(
      dataOf(task, (other) => Number(other === row)),
      steps,
    );
    each.push(alone.losses("lora")[0]!);
    await open.release();
  }
  const total = each.reduce((sum, _, row) => sum + weightOf(row, 0), 0);
  const mean = each.reduce((sum, loss, row) => sum + (weightOf(row, 0) * loss) / total, 0);
  expect(losses("lora")[0]! / mean).toBeCloseTo(1, 5);
});
