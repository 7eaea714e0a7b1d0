/** Steps that are tried to say how long a comparison will take. */

import { expect, test } from "vitest";
import { runSchema, trainingSchema } from "../../src/plan/configuration";
import { timeSteps } from "../../src/worker/try-steps";
import { tinyData, tinyRows } from "./tiny-comparison";
import { openTinyLlama } from "./tiny-llama";

const timeout = 120_000;
const llama = openTinyLlama();

const training = trainingSchema.parse({ steps: 100, batchSize: 2, seeds: 3, learningRate: "search" });
const run = runSchema.parse({ name: "lora", method: "lora", learningRate: "search", options: {} });

async function setup() {
  const { executor, model } = llama;
  const rows = await tinyRows(model, [5, 7, 8, 6, 4, 8]);
  return { executor, model, data: tinyData(rows.slice(0, 4), rows.slice(4)), training };
}

test("says what they took, and leaves nothing on the device", { timeout }, async () => {
  const before = llama.executor.memory.bytes().total;
  const pace = await timeSteps(await setup(), run, 1234, new AbortController().signal);
  expect(pace).toMatchObject({ flops: 1234 });
  expect(pace!.step).toBeGreaterThan(0);
  expect(pace!.preparation).toBeGreaterThan(0);
  expect(llama.executor.memory.bytes().total).toBe(before);
});

test("gives way to whatever else is asked for, at once", { timeout }, async () => {
  const end = new AbortController();
  const before = llama.executor.memory.bytes().total;
  const trying = timeSteps(await setup(), run, 1, end.signal);
  end.abort();
  expect(await trying).toBeNull();
  expect(llama.executor.memory.bytes().total).toBe(before);
});
