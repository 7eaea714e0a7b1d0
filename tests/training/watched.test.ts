/**
 * What methods let be seen of their training: EPT's gate, and how far words have moved that are
 * kept near.
 */

import { beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { changeLimit } from "../../src/methods/near-words";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { createComparison, finalValues, type TinySetup, tinyData, tinyRows } from "./tiny-comparison";

const text = "Classify the question";
const timeout = 120_000;
let executor: Executor;
let model: BaseModel;
beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  return () => model.release();
});

async function trained(runs: TinySetup["runs"], steps: number) {
  const rows = await tinyRows(model, [5, 7, 8, 6]);
  const training = { steps, weightDecay: 0, gradClip: null };
  const tiny = createComparison(executor, model, { data: tinyData(rows, rows.slice(0, 2), 8), runs, training });
  await tiny.comparison.prepare();
  await tiny.comparison.train();
  return tiny;
}

test("EPT's gate is told for every step, sums to 1, moves, and has no weights of one space", { timeout }, async () => {
  const options = { virtualTokens: 3, positions: 8, rank: 2, spaces: 3, spaceRank: 2, fusion: 4 };
  const tiny = await trained(
    [
      { name: "three", method: "ept", options, learningRate: 0.05 },
      { name: "one", method: "ept", options: { ...options, spaces: 1 }, learningRate: 0.05 },
    ],
    4,
  );
  const told = tiny.of("shares", "three");
  expect(told.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  for (const { names, shares } of told) {
    expect(names).toEqual(["space 1", "space 2", "space 3"]);
    expect(Math.min(...shares)).toBeGreaterThan(0);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
  }
  expect(new Set(told.map(({ shares }) => shares.join())).size).toBe(4);
  expect(tiny.of("shares", "one")).toEqual([]);
  await tiny.comparison.release();
});

test("a prompt kept near words never goes further than told; it is CPT without labels", { timeout }, async () => {
  const epsilon = 0.2;
  const near = { init: "text", virtualTokens: null, text, nearWords: true, epsilon };
  const learningRate = 0.02;
  const tiny = await trained(
    [
      { name: "near", method: "prompt", options: near, learningRate },
      { name: "context", method: "cpt", options: { text, epsilon }, learningRate },
      { name: "free", method: "prompt", options: { ...near, nearWords: false }, learningRate },
      { name: "still", method: "prompt", options: { ...near, epsilon: 0 }, learningRate },
      { name: "words", method: "hard-text", options: { text }, learningRate },
      {
        name: "drawn",
        method: "prompt",
        options: { ...near, init: "vocabulary", virtualTokens: 3, epsilon: 1 },
        learningRate,
      },
    ],
    5,
  );
  const limit = changeLimit(epsilon, model.config.hiddenSize);
  const told = tiny.of("distances", "near");
  expect(told.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
  const tokens = model.tokenizer.encode(text).length;
  for (const { distances, limit: allowed } of told) {
    expect(allowed).toBeCloseTo(limit, 9);
    expect(distances).toHaveLength(tokens);
    expect(Math.max(...distances)).toBeLessThanOrEqual(limit * (1 + 1e-5));
  }
  // The first step would go further: AdamW moves every number by the rate.
  expect(learningRate * Math.sqrt(model.config.hiddenSize)).toBeGreaterThan(limit);
  expect(Math.max(...told[0]!.distances)).toBeCloseTo(limit, 6);
  const { shape } = tiny.comparison.run("near").trainables.find(({ part }) => part === "adapter")!;
  const delta = (await finalValues(tiny, "near")).get("delta_embedding.weight")!;
  const norms = Array.from({ length: tokens }, (_, row) =>
    Math.hypot(...delta.subarray(row * shape[1]!, (row + 1) * shape[1]!)),
  );
  expect(told.at(-1)!.distances).toEqual(norms.map((norm) => expect.closeTo(norm, 6)));

  expect(tiny.losses("near")).toEqual(tiny.losses("context"));
  expect(tiny.losses("free")[0]).toBeCloseTo(tiny.losses("near")[0]!, 6);
  expect(tiny.losses("free")[4]).not.toBeCloseTo(tiny.losses("near")[4]!, 4);
  expect(tiny.losses("still")).toEqual(tiny.losses("words").map((loss) => expect.closeTo(loss, 6)));
  expect(tiny.of("distances", "free")).toEqual([]);
  const drawn = tiny.of("distances", "drawn").at(-1)!;
  expect(drawn.distances).toHaveLength(3);
  expect(Math.min(...drawn.distances)).toBeGreaterThan(0);
  await tiny.comparison.release();
});
