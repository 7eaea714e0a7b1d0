/**
 * What answers from texts alone, in a comparison: scikit-learn's chances and numbers, level lines
 * beside a trained run, what is predicted, reported and estimated.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { Comparison } from "../../src/comparison/comparison";
import type { TokenizedExample } from "../../src/data/tokens";
import type { TaskId } from "../../src/data/types";
import { estimate } from "../../src/estimate/estimate";
import type { Executor } from "../../src/executors/executor";
import { trainingSchema } from "../../src/plan/configuration";
import type { StudioEvent } from "../../src/plan/events";
import { tasks } from "../../src/tasks/registry";
import { bagCases, fixtureModel } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { publish } from "./measured";

const BATCH = 4;
let executor: Executor;
let model: BaseModel;
let found: Awaited<ReturnType<typeof bagCases>>;

beforeAll(async () => {
  executor = await testExecutor();
  [model, found] = await Promise.all([BaseModel.load(executor, fixtureModel("tiny-llama")), bagCases()]);
});
afterAll(() => model.release());

/** A case's rows; the model sees tokens that say nothing of the text. */
function compared(index: number) {
  const { answer, labels, values, classes = 0, options } = found.cases[index];
  const ofTask: Record<string, TaskId> = {
    label: "sequence-classification",
    labels: "multi-label-classification",
    number: "regression",
  };
  const task = ofTask[answer]!;
  const rows: TokenizedExample[] = found.texts.map((text: string, row: number) => ({
    ...{ ids: Int32Array.from({ length: 3 + (row % 5) }, () => 7), fullLength: 3, truncated: false, row, text },
    labels: Int32Array.of(labels?.[row] ?? 0),
    ...(values && { values: Float32Array.from(values[row]) }),
  }));
  const names =
    answer === "number" ? [] : Array.from({ length: classes || values[0].length }, (_, at) => `label ${at}`);
  const data = {
    ...{ task, labels: names, maxLength: 8, validationTexts: found.texts.slice(found.training) },
    scale: answer === "number" ? { mean: 1.5, deviation: 2 } : null,
    train: rows.slice(0, found.training),
    validation: rows.slice(found.training),
  };
  const runs = [
    { name: "bag", method: "bag-of-words", options },
    { name: "most", method: "majority", options: {} },
    { name: "head", method: "linear-probe", options: {} },
  ];
  return { data, runs, training: trainingSchema.parse({ batchSize: BATCH, steps: 2, evalEvery: 1000 }) };
}

const chances = (logits: readonly number[]) => {
  const weights = logits.map(Math.exp);
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / sum);
};

test.for([3, 7, 8])("case %i: its answers are scikit-learn's, beside a run that is trained", async (index, context) => {
  const { data, runs, training } = compared(index);
  const { answer, said, accuracy, usualAccuracy, usual } = found.cases[index];
  const events: StudioEvent[] = [];
  const before = executor.memory.bytes();
  const comparison = new Comparison({ executor, model, data, training, runs, emit: (event) => events.push(event) });
  await comparison.prepare();
  await comparison.train();
  const inWords = (outputs: readonly number[]) => {
    if (answer === "number") return [...outputs];
    return answer === "label" ? chances(outputs) : outputs.map((logit) => 1 / (1 + Math.exp(-logit)));
  };
  const own = comparison.evaluation("bag").outputs.flatMap((row) => inWords([...row]));
  // Numbers are fitted scaled, in float32, and come back in the file's units.
  expect(largestDifference(own, said.flat())).toBeLessThan(answer === "number" ? 1e-5 : 1e-6);
  const mean = data.train.reduce((sum, { values }) => sum + (values?.[0] ?? 0) / data.train.length, 0);
  const always = comparison
    .evaluation("most")
    .outputs.map((row) => largestDifference(inWords([...row]), answer === "number" ? [mean] : usual));
  expect(Math.max(...always)).toBeLessThan(1e-5);
  const worst = { "bag-of-words": largestDifference(own, said.flat()), majority: Math.max(...always) };
  for (const [method, logits] of Object.entries(worst)) {
    publish(context, {
      rig: "tiny-llama",
      modelType: "llama",
      method,
      name: `case ${index}`,
      logits,
      gradients: null,
    });
  }
  const of = <Type extends StudioEvent["type"]>(type: Type, run: string) =>
    events.filter((event) => event.type === type && "run" in event && event.run === run) as Extract<
      StudioEvent,
      { type: Type }
    >[];
  expect([of("step", "bag"), of("step", "most"), of("step", "head").length]).toEqual([[], [], 2]);
  expect(of("notice", "bag").map(({ message }) => message)).toEqual([expect.stringContaining("It weighs")]);
  if (answer === "label") {
    const levels = (run: string) => of("evaluation", run).map(({ step, accuracy }) => [step, accuracy]);
    expect(levels("bag")).toEqual([0, 2].map((step) => [step, expect.closeTo(accuracy, 6)]));
    expect(levels("most")).toEqual([0, 2].map((step) => [step, expect.closeTo(usualAccuracy, 6)]));
    expect(
      comparison
        .report("bag")
        .confusion!.flat()
        .reduce((sum, count) => sum + count),
    ).toBe(18);
  }
  // The same of rows that are asked about one by one, and of a file's.
  const rows = data.validation.map((row) => ({ row, words: [] }));
  const answered = await comparison.predictRows("bag", rows);
  const [, one] = await comparison.predict(data.validation[5]!);
  expect({ ...answered[5] }).toEqual(expect.objectContaining(one!.answer === "label" ? { label: one!.label } : {}));
  const numbers = answered.flatMap((said) =>
    said.answer === "number"
      ? [said.number]
      : "probabilities" in said
        ? said.probabilities.map((p) => p.probability)
        : [],
  );
  expect(largestDifference(numbers, own)).toBeLessThan(1e-6);

  const lengths = (which: readonly { ids: Int32Array }[]) => which.map(({ ids }) => ids.length);
  const { runs: planned } = estimate({
    ...{
      model,
      task: tasks[data.task],
      classes: data.labels.length,
      labels: data.labels,
      maxLength: 8,
      runs,
      training,
    },
    ...{ trainLengths: lengths(data.train), validationLengths: lengths(data.validation), allowedBuffer: 1e9 },
    costs: executor.costs,
  });
  for (const name of ["bag", "most"]) {
    const { problem, bytes } = planned.find(({ run }) => run === name)!;
    expect(problem).toBeNull();
    const own = comparison.run(name).memoryBytes;
    expect(Math.abs(bytes.runtime - own.runtime)).toBeLessThan(0.05 * own.runtime);
    expect(bytes.activations).toBe(own.activations);
  }
  await comparison.release();
  expect(executor.memory.bytes().runtime - before.runtime).toBeLessThan(1e5);
});
