/** Seeds, early stopping and keeping the best adapter, on the tiny model. */

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
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

let executor: Executor;
let model: BaseModel;
const open = new OpenComparisons();

async function trained(setup: TinySetup): Promise<TinyComparison> {
  const created = open.create(executor, model, setup);
  await created.comparison.prepare();
  await created.comparison.train();
  return created;
}

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  return () => model.release();
});

afterEach(async () => {
  await open.release();
});

const lengths = [5, 7, 8, 6, 4, 8];

describe("seeds", () => {
  test("in one comparison are what comparisons with those seeds would be", { timeout: 120_000 }, async () => {
    const data = tinyData(await tinyRows(model, lengths), await tinyRows(model, [8]), 8);
    const together = await trained({
      data,
      training: { steps: 5 },
      runs: [3, 4].map((seed) => ({ name: `head ${seed}`, method: "linear-probe", seed, learningRate: 0.05 })),
    });
    const alone: number[][] = [];
    for (const seed of [3, 4]) {
      const runs = [{ name: "head", method: "linear-probe", learningRate: 0.05 }];
      const one = await trained({ data, training: { steps: 5, seed }, runs });
      alone.push(one.losses("head"));
    }
    expect([3, 4].map((seed) => together.losses(`head ${seed}`))).toEqual(alone);
    expect(alone[0]).not.toEqual(alone[1]);
  });

  test("share their initial values' and batches' seed, not the learning rate", { timeout: 120_000 }, async () => {
    const data = tinyData(await tinyRows(model, lengths), await tinyRows(model, [8]), 8);
    const tiny = await trained({
      data,
      training: { steps: 2 },
      runs: [0.5, 2].map((learningRateFactor) => ({
        name: `× ${learningRateFactor}`,
        method: "linear-probe",
        learningRate: 0.01,
        learningRateFactor,
      })),
    });
    expect(tiny.of("step", "× 0.5").map(({ learningRate }) => learningRate)).toEqual([0.005, 0.005]);
    expect(tiny.of("step", "× 2").map(({ learningRate }) => learningRate)).toEqual([0.02, 0.02]);
    expect(tiny.losses("× 0.5")[0]).toBe(tiny.losses("× 2")[0]);
    expect(tiny.losses("× 0.5")[1]).not.toBe(tiny.losses("× 2")[1]);
  });
});

describe("a run whose validation loss rises", () => {
  /** So high a rate that it finds its way and then goes astray. */
  const runs = [
    { name: "astray", method: "linear-probe", learningRate: 0.15 },
    { name: "calm", method: "linear-probe", learningRate: 1e-3 },
  ];

  test("ends early, the others go on, and the best adapter is kept", { timeout: 120_000 }, async () => {
    const rows = await tinyRows(model, lengths);
    const data = tinyData(rows, rows, 8);
    const training = { steps: 12, evalEvery: 1, earlyStopping: { patience: 2 }, keepBest: true };
    const tiny = await trained({ data, training, runs });
    const losses = tiny.of("evaluation", "astray").map(({ loss }) => loss);
    const best = losses.indexOf(Math.min(...losses));
    expect(losses.length - 1 - best).toBe(2);
    expect(tiny.of("step", "astray").length).toBe(losses.length - 1);
    const ended = tiny.of("run-state", "astray").at(-1)!;
    expect(ended).toMatchObject({ state: "finished", heldStep: best, lastGoodStep: losses.length - 1 });
    expect(ended.reason).toContain(`stopped early at step ${losses.length - 1}`);
    expect(tiny.of("step", "calm").length).toBe(12);
    expect(tiny.of("run-state", "calm").at(-1)).toMatchObject({ state: "finished", reason: null, heldStep: 12 });
    expect(tiny.comparison.finished).toBe(true);

    expect(best).toBeGreaterThan(0);
    const short = await trained({ data, training: { steps: best }, runs: [runs[0]!] });
    expect(await finalValues(tiny, "astray")).toEqual(await finalValues(short, "astray"));
    const report = tiny.comparison.report("astray");
    const mean = report.wrongest.reduce((sum, { loss }) => sum + loss, 0) / report.wrongest.length;
    expect(mean).toBeCloseTo(losses[best]!, 5);
  });

  test("never goes back to what it was before its first step", { timeout: 120_000 }, async () => {
    const rows = await tinyRows(model, lengths);
    const training = { steps: 4, evalEvery: 2, keepBest: true };
    const worse = [{ name: "worse", method: "lora", learningRate: 2 }];
    const tiny = await trained({ data: tinyData(rows, rows, 8), training, runs: worse });
    const losses = tiny.of("evaluation", "worse").map(({ loss }) => loss);
    expect(Math.min(...losses)).toBe(losses[0]);
    const best = losses[1]! < losses[2]! ? 2 : 4;
    expect(tiny.of("run-state", "worse").at(-1)).toMatchObject({ state: "finished", heldStep: best });
  });

  test("goes on to the last step and keeps the last adapter by default", { timeout: 120_000 }, async () => {
    const rows = await tinyRows(model, lengths);
    const tiny = await trained({ data: tinyData(rows, rows, 8), training: { steps: 4, evalEvery: 1 }, runs });
    expect(tiny.of("run-state", "astray").at(-1)).toMatchObject({ state: "finished", reason: null, heldStep: 4 });
  });
});
