/**
 * What the task's text does to a comparison: one word more or less, what is kept of it, and how
 * deep it is read.
 */

import { afterEach, beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { methodOf } from "../../src/methods/registry";
import { semanticNames } from "../../src/methods/semantic";
import { semanticBlocksOf } from "../../src/runs/resolve";
import { fixtureModel, fixtureTensors } from "../fixtures/reference";
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
afterEach(async () => {
  await open.release();
});

const learningRate = 0.01;
const semantic = (text: string) => [
  { name: "semantic prefix", method: "sk-prefix", options: { text }, learningRate },
  { name: "semantic prompt", method: "sk-prompt", options: { text }, learningRate },
];
const others = [
  { name: "prefix", method: "prefix", options: { virtualTokens: 3 }, learningRate },
  { name: "delta", method: "lora", options: {}, learningRate },
];

async function prepared(runs: TinySetup["runs"]): Promise<TinyComparison> {
  const rows = await tinyRows(model, [5, 7, 8, 6]);
  const data = tinyData(rows, rows.slice(0, 2), 8);
  const tiny = open.create(executor, model, { data, runs, training: { steps: 2 } });
  await tiny.comparison.prepare();
  return tiny;
}

async function trained(text: string): Promise<TinyComparison> {
  const tiny = await prepared([...semantic(text), ...others]);
  await tiny.comparison.train();
  return tiny;
}

test("one word changed: SK curves are others, all others are the same bit for bit; each text is read once", {
  timeout,
}, async () => {
  const passes = () => model.semanticPasses.length;
  const before = passes();
  const first = await trained("Sort the question:");
  expect(passes() - before).toBe(1);
  await prepared(semantic("Sort the question:").slice(0, 1));
  expect(passes() - before, "for a second comparison with the same text").toBe(1);
  const changed = await trained("Sort the answer:");
  expect(passes() - before, "for another text").toBe(2);
  for (const name of first.comparison.runNames) {
    if (!name.startsWith("semantic")) {
      expect(changed.losses(name), name).toEqual(first.losses(name));
      expect(await finalValues(changed, name), name).toEqual(await finalValues(first, name));
      continue;
    }
    changed.losses(name).forEach((loss, step) => void expect(loss, name).not.toBe(first.losses(name)[step]));
  }
});

test("what is kept of a text equals a fresh pass, bit for bit; depth 0 is its word embeddings and computes no block", {
  timeout,
}, async () => {
  const ids = model.tokenizer.encode("Sort the question, please:");
  const { hiddenSize, layers } = model.config;
  const read = async (of: BaseModel, blocks?: number) => {
    const states = await of.semantic(ids, blocks);
    const values = [...states].map(
      async ([name, buffer]) => [name, new Uint8Array(await executor.read(buffer))] as const,
    );
    return new Map(await Promise.all(values));
  };
  await model.semantic(ids);
  const kept = await read(model);
  const fresh = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  expect(await read(fresh)).toEqual(kept);
  expect(kept.size).toBe(2 * layers + layers + 2);
  fresh.release();

  const shallow = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const words = await read(shallow, 0);
  expect([...words.keys()]).toEqual([semanticNames.states(0)]);
  const table = (await fixtureTensors("models/tiny-llama/model.safetensors")).get("model.embed_tokens.weight")!.data;
  const expected = ids.flatMap((id) => [...table.subarray(id * hiddenSize, (id + 1) * hiddenSize)]);
  const found = words.get(semanticNames.states(0))!;
  expect([...new Float32Array(found.buffer, found.byteOffset, expected.length)]).toEqual(expected);
  for (const depth of [1, layers]) await shallow.semantic(ids, depth);
  expect(shallow.semanticPasses.map(({ blocks }) => blocks)).toEqual([0, 1, layers]);
  const method = methodOf("sk-prompt");
  const asked = [0, 1, 2].map((depth) => {
    const options = method.options(model).parse({ depth });
    return semanticBlocksOf({ method, options, context: { ...model, textIds: ids, randomIds: () => [] } });
  });
  expect(asked).toEqual([0, 1, 2]);
  shallow.release();
});
