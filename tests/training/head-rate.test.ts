/**
 * The head is no part of the race: in all runs of a comparison it starts from the same values and
 * learns at one rate, whatever the adapters' rates are. Weight decay is one for all, unless a run
 * has one of its own, which is its adapter's.
 */

import { afterEach, beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { initialValues } from "../../src/runs/parameters";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { finalValues, OpenComparisons, type TinySetup, tinyData, tinyRows } from "./tiny-comparison";

let executor: Executor;
let model: BaseModel;
const open = new OpenComparisons();

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  return () => model.release();
});

afterEach(async () => {
  await open.release();
});

/** What each run's tensors were at the start and are after one update, by part. */
async function oneUpdate(runs: TinySetup["runs"], training: TinySetup["training"]) {
  const data = tinyData(await tinyRows(model, [5, 7]), await tinyRows(model, [8]), 8);
  const tiny = open.create(executor, model, { data, runs, training: { steps: 1, gradClip: null, ...training } });
  await tiny.comparison.prepare();
  await tiny.comparison.train();
  return Promise.all(
    runs.map(async ({ name }) => {
      const { trainables, setup } = tiny.comparison.run(name);
      const after = await finalValues(tiny, name);
      return trainables.map((tensor) => {
        const before = initialValues(tensor, setup.seed);
        const change = after.get(tensor.name)!.map((value, index) => value - before[index]!);
        return { ...tensor, before, change };
      });
    }),
  );
}

/** Adam's first update is the learning rate in each number whose gradient is well above epsilon. */
const largest = (change: Float32Array) => change.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

test("heads start alike and learn at one rate; adapters learn at their own", { timeout: 120_000 }, async () => {
  const runs = [
    { name: "lora", method: "lora", learningRate: 0.001 },
    { name: "faster", method: "lora", learningRate: 0.05, learningRateFactor: 0.1 },
    { name: "bottleneck", method: "adapter-houlsby", learningRate: 0.0002 },
    { name: "head", method: "linear-probe" },
  ];
  const updated = await oneUpdate(runs, { weightDecay: 0, headLearningRate: 0.02 });
  const heads = updated.map((tensors) => tensors.filter(({ part }) => part === "head"));
  for (const [index, { name }] of runs.entries()) {
    expect(heads[index]!.map(({ before }) => before)).toEqual(heads[0]!.map(({ before }) => before));
    for (const { change } of heads[index]!) expect(largest(change) / 0.02, name).toBeCloseTo(1, 3);
  }
  const rates = [0.001, 0.005, 0.0002];
  for (const [index, rate] of rates.entries()) {
    const adapter = updated[index]!.filter(({ part }) => part === "adapter");
    const most = Math.max(...adapter.map(({ change }) => largest(change)));
    expect(most / rate, runs[index]!.name).toBeCloseTo(1, 2);
  }
});

test("as the adapter, a head learns at its run's rate", { timeout: 120_000 }, async () => {
  const runs = [0.001, 0.05].map((learningRate) => ({ name: `${learningRate}`, method: "lora", learningRate }));
  const updated = await oneUpdate(runs, { weightDecay: 0, headLearningRate: "adapter" });
  for (const [index, { learningRate }] of runs.entries()) {
    for (const { change, part } of updated[index]!) {
      if (part === "head") expect(largest(change) / learningRate).toBeCloseTo(1, 3);
    }
  }
});

test("weight decay is the same for all, and a run's own its adapter's", { timeout: 120_000 }, async () => {
  const common = { method: "lora", learningRate: 0.01 };
  const runs = [
    { name: "alike", ...common },
    { name: "own", ...common, weightDecay: 0 },
  ];
  const [alike, own] = await oneUpdate(runs, { weightDecay: 0.1, headLearningRate: 0.02 });
  let decayed = 0;
  for (const [index, { before, change, part, weightDecay, name }] of alike!.entries()) {
    const other = own![index]!;
    const rate = part === "head" ? 0 : 0.01 * 0.1;
    for (const [at, value] of before.entries()) {
      const expected = weightDecay ? -rate * value : 0;
      expect(Math.abs(change[at]! - other.change[at]! - expected), name).toBeLessThan(1e-6);
      if (expected !== 0) decayed++;
    }
  }
  expect(decayed).toBeGreaterThan(0);
});
