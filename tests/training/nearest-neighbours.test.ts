/**
 * What answers by way of the training rows: scikit-learn's votes of nearest neighbours and chances
 * of a fitted head, rows that are read once, level lines beside a trained run.
 */

import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { estimate } from "../../src/estimate/estimate";
import { trainingSchema } from "../../src/plan/configuration";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { fittedCases, fixtureModel, nearestCases } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { publish } from "./measured";
import { createComparison, probabilitiesOf, tinyData } from "./tiny-comparison";

test("votes and chances are scikit-learn's", { timeout: 120_000 }, async (context) => {
  const pooling = "mean" as const;
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const { described } = await nearestCases();
  const rows = described.ids.map((ids: number[], row: number) => ({
    ids: Int32Array.from(ids),
    labels: Int32Array.of(described.labels[row]),
    row,
    fullLength: ids.length,
    truncated: false,
  }));
  const data = tinyData(rows.slice(0, described.training), rows.slice(described.training), 24);
  const cases = described.cases.filter((one: { pooling: string }) => one.pooling === pooling);
  const runs = cases.map(({ neighbours, distance }: { neighbours: number; distance: string }) => ({
    name: `${neighbours} ${distance}`,
    method: "nearest-neighbours",
    options: { neighbours, distance },
  }));
  const before = executor.memory.bytes();
  const training = { batchSize: 4, steps: 2, pooling };
  const [expectedFit] = await fittedCases();
  expect([expectedFit.pooling, expectedFit.labels]).toEqual([pooling, described.labels]);
  const fitted = { name: "fitted", method: "fitted-head", options: { penalty: expectedFit.c } };
  const head = { name: "head", method: "linear-probe", options: {} };
  const { comparison, events, of } = createComparison(executor, model, {
    data,
    training,
    runs: [...runs, fitted, head],
  });
  await comparison.prepare();
  await comparison.train();
  let worst = 0;
  for (const [index, { name }] of runs.entries()) {
    const { outputs } = comparison.evaluation(name);
    const expected: number[] = cases[index].votes.flat().map(Math.log1p);
    const logits = outputs.flatMap((row) => [...row]);
    worst = Math.max(worst, largestDifference(logits, expected));
    const evaluations = of("evaluation", name);
    expect(evaluations.map(({ step, accuracy }) => [step, accuracy])).toEqual(
      [0, 2].map((step) => [step, expect.closeTo(cases[index].accuracy, 6)]),
    );
    expect(of("step", name)).toEqual([]);
  }
  expect(worst).toBeLessThan(1e-4);
  const errors = { logits: worst, gradients: null };
  publish(context, { rig: "tiny-llama", modelType: "llama", method: "nearest-neighbours", name: pooling, ...errors });
  const chances = comparison.evaluation("fitted").outputs.flatMap((row) => softmax([...row]));
  const fit = largestDifference(chances, expectedFit.probabilities.flat());
  expect(fit).toBeLessThan(1e-4);
  const levels = of("evaluation", "fitted").map(({ step, accuracy }) => [step, accuracy]);
  expect(levels).toEqual([0, 2].map((step) => [step, expect.closeTo(expectedFit.accuracy, 6)]));
  expect(of("step", "fitted")).toEqual([]);
  const method = "fitted-head";
  publish(context, { rig: "tiny-llama", modelType: "llama", method, name: pooling, logits: fit, gradients: null });
  expect(of("step", "head")).toHaveLength(2);
  const read = events.filter(
    (event) => event.type === "progress" && event.wait === "reading training rows" && event.phase !== "end",
  );
  expect(read).toHaveLength(Math.ceil(described.training / 4));
  const [, said] = await comparison.predict(data.validation[0]!);
  const [counts] = cases[0].votes;
  const { neighbours } = cases[0];
  const shares = counts.map((count: number) => expect.closeTo((count + 1) / (neighbours + counts.length), 4));
  expect(probabilitiesOf(said!)).toEqual(shares);

  const lengths = (which: readonly { ids: Int32Array }[]) => which.map(({ ids }) => ids.length);
  const estimates = estimate({
    model,
    task: sequenceClassification,
    classes: data.labels.length,
    labels: data.labels,
    maxLength: 24,
    runs: [runs[0], fitted],
    training: trainingSchema.parse(training),
    trainLengths: lengths(data.train),
    validationLengths: lengths(data.validation),
    allowedBuffer: 1e9,
    costs: executor.costs,
  }).runs;
  const [planned, plannedFit] = [estimates[0]!, estimates[1]!];
  expect(planned.problem).toBeNull();
  const count = expectedFit.weight.flat().length + expectedFit.bias.length;
  expect(plannedFit.trainable).toMatchObject({ adapter: 0, head: count, total: count });
  const own = comparison.run(runs[0].name).memoryBytes.runtime;
  expect(Math.abs(planned.bytes.runtime - own)).toBeLessThan(0.05 * own);
  await comparison.release();
  expect(executor.memory.bytes().runtime - before.runtime).toBeLessThan(1e5);
  model.release();
});

function softmax(logits: readonly number[]): number[] {
  const weights = logits.map(Math.exp);
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / sum);
}
