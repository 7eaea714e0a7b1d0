/**
 * The zero-shot prompt against transformers' logits; other kinds of heads are in
 * `tests/unit/methods/zero-shot.test.ts`.
 */

import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { familyRig, fixtureModel } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { publish } from "./measured";
import { createComparison, tinyData } from "./tiny-comparison";

test("logits of the labels' words are the model's own", async (context) => {
  const executor = await testExecutor();
  const { folder, tensors, language } = familyRig("tiny-qwen3");
  const [given, expected] = [await tensors(), await language()];
  const model = await BaseModel.load(executor, folder);
  const [size, tokens] = given.get("input_ids")!.shape as [number, number];
  const mask = given.get("attention_mask")!.data as Int32Array;
  const lengths = Int32Array.from({ length: size }, (_, row) =>
    mask.subarray(row * tokens, (row + 1) * tokens).reduce((sum, bit) => sum + bit, 0),
  );
  const buffers = new BatchBuffers(executor, size, tokens, "test");
  const workspace = new Workspace(executor, "test");
  const options = {
    template: "Question: {text}\nThis is about",
    words: "other: age, rate, exchange; cards: card, money",
    normalise: "none",
  };
  const labels = ["cards", "lost", "other"];
  const run = new Run(
    executor,
    model,
    {
      name: "asked",
      owner: "test",
      task: sequenceClassification,
      classes: 3,
      pooling: "last",
      seed: 0,
      learningRate: 0,
      weightDecay: 0.01,
      gradClip: null,
      ...resolveMethod(model, { name: "asked", method: "zero-shot", options }, 0, labels),
    },
    new Map([[tokens, buffers]]),
    workspace,
  );
  workspace.allocate();
  await run.compile();
  buffers.upload({
    inputIds: given.get("input_ids")!.data as Int32Array,
    lengths,
    channels: { labels: new Int32Array(size) },
  });
  const { logits } = await run.infer(tokens);
  const { data } = expected.get("zero_shot")!;
  const computed = new Float32Array(await executor.read(logits, data.length * 4));
  const difference = largestDifference(computed, data);
  expect(difference).toBeLessThan(1e-4);
  const errors = { logits: difference, gradients: null };
  publish(context, { rig: "tiny-qwen3", modelType: "qwen3", method: "zero-shot", name: "prompt", ...errors });
  await run.release();
  executor.memory.releaseOwner("test");
  model.release();
});

test.for([
  ["content-free", ["N/A", "[MASK]", ""]],
  ["pmi", [""]],
] as const)("%s: the chances of texts that say nothing are divided out", async ([normalise, texts]) => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const { tokenizer } = model;
  const row = (text: string, place: number) => {
    const encoded = Int32Array.from(tokenizer.encode(text));
    const ids = encoded.length > 0 ? encoded : Int32Array.of(tokenizer.bosId ?? tokenizer.eosId ?? 0);
    return { ids, labels: Int32Array.of(place % 3), row: place, fullLength: ids.length, truncated: false };
  };
  const asked = ["My card was lost.", "What is the exchange rate?"];
  const rows = [...texts, ...asked].map(row);
  const data = { ...tinyData(rows, rows, 24), labels: ["cards", "lost", "other"] };
  const options = { template: "Question: {text}\nThis is about", words: "other: age, rate; cards: card; lost: gone" };
  const before = executor.memory.bytes();
  const { comparison, of } = createComparison(executor, model, {
    data,
    training: { batchSize: 2, steps: 1 },
    runs: [
      { name: "plain", method: "zero-shot", options: { ...options, normalise: "none" } },
      { name: "divided", method: "zero-shot", options: { ...options, normalise } },
    ],
  });
  await comparison.prepare();
  await comparison.evaluate();
  const said = (run: string) => comparison.evaluation(run).outputs.map((outputs) => [...outputs]);
  const [plain, divided] = [said("plain"), said("divided")];
  const chances = plain.slice(0, texts.length).map((logits) => {
    const weights = logits.map(Math.exp);
    return weights.map((weight) => weight / weights.reduce((sum, one) => sum + one, 0));
  });
  const prior = [0, 1, 2].map((label) => chances.reduce((sum, row) => sum + row[label]!, 0) / texts.length);
  const expected = plain.map((logits) => logits.map((logit, label) => logit - Math.log(prior[label]!)));
  expect(largestDifference(divided.flat(), expected.flat())).toBeLessThan(1e-4);
  expect(Math.max(...prior) - Math.min(...prior)).toBeGreaterThan(1e-3);
  // Of one such text nothing is left to prefer a label by.
  if (texts.length === 1) expect(Math.max(...divided[0]!) - Math.min(...divided[0]!)).toBeLessThan(1e-4);
  const cut = of("notice", "divided").map(({ message }) => message);
  expect(cut).toEqual([expect.stringMatching(/several tokens for this model, of which only the first counts/)]);
  await comparison.release();
  expect(executor.memory.bytes().runtime - before.runtime).toBeLessThan(1e5);
  model.release();
});

test("with examples it says what the same prompt typed by hand says, and every seed shows rows of its own", async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const labels = ["card", "rate"];
  const rows = ["Lost it.", "Euros?", "It is gone.", "How much?", "Stolen.", "Dollars?"].map((text, row) => {
    const ids = Int32Array.from(model.tokenizer.encode(text));
    return { ids, labels: Int32Array.of(row % 2), row, text, fullLength: ids.length, truncated: false };
  });
  const data = { ...tinyData(rows, rows, 8), labels };
  const training = { batchSize: 2, steps: 1 };
  const options = { template: "{text} is", normalise: "none" };
  const few = [0, 1, 2].map((seed) => ({
    ...{ name: `few ${seed}`, method: "zero-shot", seed, options: { ...options, examples: 2 } },
  }));
  const shown = createComparison(executor, model, { data, training, runs: few });
  await shown.comparison.prepare();
  await shown.comparison.evaluate();
  const prompts = few.map(({ name }) => shown.comparison.run(name).setup.options as { template: string });
  expect(new Set(prompts.map(({ template }) => template)).size).toBeGreaterThan(1);
  const [first] = prompts as [{ template: string }];
  expect(first.template).toMatch(/^.+ is (card|rate)\n\n.+ is (card|rate)\n\n\{text\} is$/s);
  const typed = { name: "typed", method: "zero-shot", options: { ...options, template: first.template } };
  const byHand = createComparison(executor, model, { data, training, runs: [typed] });
  await byHand.comparison.prepare();
  await byHand.comparison.evaluate();
  const said = ({ comparison }: typeof shown, run: string) =>
    comparison.evaluation(run).outputs.map((outputs) => [...outputs]);
  expect(said(byHand, "typed")).toEqual(said(shown, "few 0"));
  await shown.comparison.release();
  await byHand.comparison.release();
  model.release();
});
