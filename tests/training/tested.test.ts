/**
 * The test rows: read once, when a run has ended, and without any say in how it was trained; and
 * runs on several divisions of the rows.
 */

import { afterEach, beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { Comparison } from "../../src/comparison/comparison";
import type { TokenizedExample } from "../../src/data/tokens";
import type { Executor } from "../../src/executors/executor";
import { trainingSchema } from "../../src/plan/configuration";
import type { StudioEvent } from "../../src/plan/events";
import { meanLossOf } from "../../src/tasks/task";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import {
  finalValues,
  OpenComparisons,
  type TinyComparison,
  type TinySetup,
  tinyData,
  tinyRows,
} from "./tiny-comparison";

const timeout = 120_000;
let executor: Executor;
let model: BaseModel;
const open = new OpenComparisons();

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  return () => model.release();
});

afterEach(() => open.release());

/** The rows as one division, with test rows. */
function divided(
  train: readonly TokenizedExample[],
  validation: readonly TokenizedExample[],
  test: readonly TokenizedExample[],
) {
  const data = tinyData(train, validation);
  return { data, divisions: [{ ...data, test }] };
}

async function trained(setup: TinySetup): Promise<TinyComparison> {
  const created = open.create(executor, model, setup);
  await created.comparison.prepare();
  await created.comparison.train();
  return created;
}

/** Training rows, validation rows, and test rows of which one is longer than all others. */
async function rows() {
  const all = await tinyRows(model, [5, 7, 8, 6, 4, 8, 8, 6, 13, 5, 7]);
  return { train: all.slice(0, 6), validation: all.slice(6, 8), test: all.slice(8) };
}

const runs = [
  { name: "head", method: "linear-probe", learningRate: 0.15 },
  { name: "lora", method: "lora", learningRate: 0.01 },
  { name: "neighbours", method: "nearest-neighbours" },
];
/** Early stopping and the best step go by the validation rows alone. */
const training = { steps: 8, evalEvery: 2, keepBest: true, earlyStopping: { patience: 2 } };

test("training is the same to the last bit with test rows and without", { timeout }, async () => {
  const { train, validation, test } = await rows();
  const told = ({ events }: TinyComparison) =>
    events.flatMap((event) => {
      if (event.type === "step") return [[event.run, event.step, event.loss, event.gradNorm]];
      if (event.type === "evaluation" && event.split === "validation") return [[event.run, event.step, event.loss]];
      return event.type === "run-state" ? [[event.run, event.state, event.reason, event.heldStep]] : [];
    });
  const without = await trained({ data: tinyData(train, validation), training, runs });
  const withTest = await trained({ ...divided(train, validation, test), training, runs });
  expect(told(withTest)).toEqual(told(without));
  for (const { name } of runs) expect(await finalValues(withTest, name)).toEqual(await finalValues(without, name));
  expect(without.comparison.tested("head")).toBeNull();
});

test("they are read once, with the adapter that a run ends with", { timeout }, async () => {
  const { train, validation, test } = await rows();
  const { comparison, events, of } = await trained({ ...divided(train, validation, test), training, runs });
  const tested = events.filter((event) => event.type === "evaluation" && event.split === "test");
  expect(tested.map((event) => "run" in event && event.run)).toEqual(runs.map(({ name }) => name));
  // Nothing comes behind them but that the comparison has ended.
  const first = events.indexOf(tested[0]!);
  const behind = events.slice(first).filter(({ type }) => type !== "progress");
  expect(behind.map(({ type }) => type)).toEqual(["evaluation", "evaluation", "evaluation", "comparison-state"]);
  for (const { name } of runs) {
    const { evaluation, examples, step } = comparison.tested(name)!;
    const [event] = of("evaluation", name).filter(({ split }) => split === "test");
    expect(event).toMatchObject({ rows: 3, step: comparison.heldStep(name), loss: meanLossOf(evaluation, examples) });
    expect([step, examples]).toEqual([event!.step, test]);
    expect(evaluation.outputs.map(({ length }) => length)).toEqual([5, 5, 5]);
  }
  // What is held is the best step of the validation rows, which have lost nothing by it.
  const losses = of("evaluation", "head").filter(({ split }) => split === "validation");
  const best = losses.reduce((least, event) => (event.loss < least.loss ? event : least));
  expect(comparison.heldStep("head")).toBe(best.step);
  expect(comparison.evaluation("head").outputs).toHaveLength(validation.length);
});

test("a run that is stopped is tested with what it holds, and again when it has gone on", { timeout }, async () => {
  const { train, validation, test } = await rows();
  const created = open.create(executor, model, {
    ...divided(train, validation, test),
    training: { steps: 6 },
    runs: runs.slice(0, 1),
    onEvent: (event, comparison) => {
      if (event.type === "step" && event.step === 2) comparison.stop();
    },
  });
  await created.comparison.prepare();
  await created.comparison.train();
  const stopped = created.comparison.tested("head")!;
  expect(stopped.step).toBe(created.comparison.heldStep("head"));
  expect(stopped.step).toBeLessThan(6);
  await created.comparison.continue();
  expect(created.comparison.tested("head")!.step).toBe(6);
  const read = created.of("evaluation", "head").filter(({ split }) => split === "test");
  expect(read.map(({ step }) => step)).toEqual([stopped.step, 6]);
  expect(read[1]!.loss).not.toBe(read[0]!.loss);
});

test("a stop that falls into an evaluation gives that up, and the run is tested with what it holds all the same", {
  timeout,
}, async () => {
  const { train, validation, test } = await rows();
  /** Stops at these evaluations of validation rows, as they are counted from 0. */
  const stoppedIn = async (evaluations: readonly number[], again = false) => {
    const begun = new Set<string>();
    const created = open.create(executor, model, {
      ...divided(train, validation, test),
      training: { steps: 6, evalEvery: 2 },
      runs: runs.slice(0, 1),
      onEvent: (event, comparison) => {
        if (event.type !== "progress" || event.wait !== "evaluating" || begun.has(`${event.id}`)) return;
        begun.add(`${event.id}`);
        if (!evaluations.includes(begun.size - 1)) return;
        comparison.stop();
        if (again) comparison.stop();
      },
    });
    await created.comparison.prepare();
    await created.comparison.train();
    const [validated, tested] = (["validation", "test"] as const).map((part) =>
      created.of("evaluation", "head").flatMap(({ split, step }) => (split === part ? [step] : [])),
    );
    return { validated, tested, states: created.of("run-state", "head"), comparison: created.comparison };
  };
  const { validated, tested, states, comparison } = await stoppedIn([1]);
  expect([validated, tested]).toEqual([[0], [2]]);
  expect(states.at(-1)).toMatchObject({ state: "stopped" });
  expect(comparison.tested("head")!.step).toBe(comparison.heldStep("head"));
  // The last one, too.
  expect(await stoppedIn([3])).toMatchObject({ validated: [0, 2, 4], tested: [6] });
  // Before the first step nothing is worth a look; a second stop leaves the test rows, or gives
  // them up.
  expect(await stoppedIn([0])).toMatchObject({ validated: [], tested: [] });
  expect(await stoppedIn([1], true)).toMatchObject({ validated: [0], tested: [] });
  expect(await stoppedIn([1, 2])).toMatchObject({ validated: [0], tested: [] });
});

test("a pause while they are read comes too late, and holds nothing afterwards", { timeout }, async () => {
  const { train, validation, test } = await rows();
  const { comparison, of } = await trained({
    ...divided(train, validation, test),
    training: { steps: 2 },
    runs: runs.slice(0, 1),
    onEvent: (event, comparison) => {
      if (event.type === "evaluation" && event.split === "test") comparison.pause();
    },
  });
  comparison.resume();
  expect(of("comparison-state").at(-1)!.state).toBe("finished");
});

test("a run that fails is not tested, and nobody looks where all have failed", { timeout }, async () => {
  const { train, validation, test } = await rows();
  const astray = { name: "astray", method: "linear-probe", learningRate: 1e38 };
  const { comparison, of } = await trained({
    ...divided(train, validation, test),
    training: { steps: 6, gradClip: null },
    runs: [astray],
  });
  expect(of("run-state", "astray").at(-1)?.state).toBe("failed");
  expect(comparison.tested("astray")).toBeNull();
  expect(of("evaluation", "astray").filter(({ split }) => split === "test")).toEqual([]);
});

test("runs on several divisions are what they are alone, each tested on its own fold", { timeout }, async () => {
  const all = await tinyRows(model, [5, 7, 8, 6, 4, 8, 8, 6, 5, 7, 6, 8]);
  const fold = (index: number) => {
    const test = all.slice(4 * index, 4 * index + 4);
    const rest = all.filter((row) => !test.includes(row));
    return { ...tinyData(rest.slice(2), rest.slice(0, 2)), test };
  };
  const divisions = [0, 1, 2].map(fold);
  const names = (split: number) => [`lora ${split}`, `neighbours ${split}`];
  const together = await trained({
    data: divisions[0]!,
    divisions,
    training: { steps: 5 },
    runs: [0, 1, 2].flatMap((split) => [
      { name: names(split)[0]!, method: "lora", learningRate: 0.01, split },
      { name: names(split)[1]!, method: "nearest-neighbours", split },
    ]),
  });
  const lossesOf = (tiny: TinyComparison, name: string) => [
    tiny.losses(name),
    tiny.of("evaluation", name).map(({ split, step, loss }) => [split, step, loss]),
  ];
  for (const [split, data] of divisions.entries()) {
    const alone = await trained({
      data,
      divisions: [data],
      training: { steps: 5 },
      runs: [
        { name: "lora", method: "lora", learningRate: 0.01 },
        { name: "neighbours", method: "nearest-neighbours" },
      ],
    });
    expect(lossesOf(together, names(split)[0]!)).toEqual(lossesOf(alone, "lora"));
    expect(lossesOf(together, names(split)[1]!)).toEqual(lossesOf(alone, "neighbours"));
    expect(together.comparison.tested(names(split)[0]!)!.examples).toEqual(data.test);
    const report = together.comparison.report(names(split)[0]!);
    expect(report.wrongest.map(({ row }) => row).sort()).toEqual(data.validation.map(({ row }) => row).sort());
  }
  const drawn = new Set([0, 1, 2].map((split) => together.losses(names(split)[0]!).join()));
  expect(drawn.size).toBe(3);
});

test("whoever counts looks is told before each reading, and not where there are no test rows", {
  timeout,
}, async () => {
  const { train, validation, test } = await rows();
  const looked: string[] = [];
  for (const tested of [test, [] as readonly TokenizedExample[]]) {
    const comparison: Comparison = new Comparison({
      executor,
      model,
      ...divided(train, validation, tested),
      training: trainingSchema.parse({ batchSize: 2, steps: 2 }),
      runs: [{ name: "head", method: "linear-probe", options: {} }],
      emit: (event: StudioEvent) => {
        if (event.type === "evaluation") looked.push(event.split);
      },
      onTest: async () => {
        looked.push("look");
      },
    });
    await comparison.prepare();
    await comparison.train();
    await comparison.release();
    looked.push("end");
  }
  expect(looked).toEqual(["validation", "validation", "look", "test", "end", "validation", "validation", "end"]);
});
