/**
 * Forgetting: the loss of the model's own head on a text, with a run's tensors, against the same
 * values in a language model's run.
 */

import { beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { encodeExchange } from "../../src/data/language";
import type { Executor } from "../../src/executors/executor";
import { measureForgetting } from "../../src/instruments/forgetting";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { createComparison, finalValues, tinyData, tinyRows } from "./tiny-comparison";

const TEXT = "Will my card be replaced?\n\nThe exchange rate is fair, I think.\nYes.";

let executor: Executor;
beforeAll(async () => {
  executor = await testExecutor();
});

test.each([
  ["tiny-llama", ["adalora", "prefix", "half-fine-tuning"]],
  // A head of its own, which is loaded for this.
  ["tiny-qwen2", ["sk-prefix"]],
])("%s: a trained run's loss is that of the same values in language modelling", async (rig, methods) => {
  const model = await BaseModel.load(executor, fixtureModel(rig));
  const rows = await tinyRows(model, [12, 9, 16, 10]);
  const options: Record<string, object> = { prefix: { virtualTokens: 3 }, "sk-prefix": { text: "Sort it:" } };
  const runs = [...methods, "linear-probe"].map((method) => ({
    name: method,
    method,
    options: { ...options[method] },
    learningRate: 0.02,
  }));
  const { comparison } = createComparison(executor, model, {
    data: tinyData(rows, rows.slice(0, 1)),
    runs,
    training: { steps: 2 },
  });
  await comparison.prepare();
  await comparison.train();
  await model.loadLanguageHead();
  // What onnxruntime keeps for the next session, and tables that any Program may use again, are not
  // the measurement's.
  const bytes = () => ({ ...executor.memory.bytes(), onnxruntime: 0, runtime: 0, total: 0 });
  const before = bytes();
  const read = TEXT.split(/\n+/).map((response, row) => {
    const encoded = encodeExchange(model.tokenizer, { text: "", response }, 32);
    return { ...encoded, row, truncated: false };
  });
  const initial = new Map(
    await Promise.all(runs.map(async ({ name }) => [name, await finalValues({ comparison } as never, name)] as const)),
  );
  const language = createComparison(executor, model, {
    data: { ...tinyData(read, read, 32), task: "causal-lm", labels: [] },
    runs: runs.map((run) => ({ ...run, initial: initial.get(run.name)! })),
  });
  await language.comparison.prepare();
  await language.comparison.evaluate();
  const expected = new Map(language.of("evaluation").map(({ run, loss }) => [run, loss]));
  const frozen = expected.get("linear-probe")!;
  for (const { name } of runs) {
    const forgotten = await measureForgetting(executor, model, comparison.run(name), TEXT);
    expect(forgotten.tokens).toBe(read.reduce((sum, { labels }) => sum + labels.filter((id) => id >= 0).length, 0));
    expect(Math.abs(forgotten.frozen - frozen), name).toBeLessThan(1e-5);
    expect(Math.abs(forgotten.tuned - expected.get(name)!), name).toBeLessThan(1e-5);
    if (name === "linear-probe") expect(forgotten.tuned).toBe(forgotten.frozen);
    else expect(Math.abs(forgotten.tuned - forgotten.frozen), name).toBeGreaterThan(1e-4);
  }
  await language.comparison.release();
  expect(bytes()).toEqual(before);
  await comparison.release();
  model.release();
});

test("full fine-tuning's is that of the head it trained, and of an untrained copy the frozen one's", async () => {
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const rows = await tinyRows(model, [8, 9]);
  const runs = [
    { name: "untouched", method: "full", learningRate: 1e-12 },
    { name: "tuned", method: "full", learningRate: 0.01 },
  ];
  const data = tinyData(rows, rows);
  const { comparison } = createComparison(executor, model, { data, runs, training: { steps: 2, weightDecay: 0 } });
  await comparison.prepare();
  await comparison.train();
  const untouched = await measureForgetting(executor, model, comparison.run("untouched"), TEXT);
  expect(Math.abs(untouched.tuned - untouched.frozen)).toBeLessThan(1e-6);
  const tuned = await measureForgetting(executor, model, comparison.run("tuned"), TEXT);
  expect(tuned.frozen).toBe(untouched.frozen);
  expect(Math.abs(tuned.tuned - tuned.frozen)).toBeGreaterThan(0.05);
  await expect(measureForgetting(executor, model, comparison.run("tuned"), " \n ")).rejects.toThrow(/no token/);
  await comparison.release();
  model.release();
});
