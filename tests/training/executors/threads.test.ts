/** How the processor's executor starts, and that threads change nothing but the time. */

import { expect, test } from "vitest";
import { BaseModel } from "../../../src/base/base-model";
import { OutOfMemoryError } from "../../../src/executors/executor";
import { ProcessorExecutor } from "../../../src/executors/processor/executor";
import { ADDRESSABLE } from "../../../src/executors/processor/limits";
import { fixtureModel } from "../../fixtures/reference";
import { processor, processorBuild } from "../executor";
import { createComparison, finalValues, tinyData, tinyRows } from "../tiny-comparison";

const allocation = { label: "table", category: "weights", owner: "test" } as const;

test("one thread and two compute the same losses and values, bit for bit", async () => {
  const runs = [
    { name: "sk", method: "sk-prefix", options: { text: "Classify the question" } },
    { name: "lora", method: "lora", options: { rank: 4, targets: "all-linear" } },
  ];
  const trained = async (threads: number) => {
    const executor = await processor(threads);
    expect([executor.threads, executor.note]).toEqual([threads, null]);
    const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
    const rows = await tinyRows(model, [5, 14, 8, 16]);
    const tiny = createComparison(executor, model, { data: tinyData(rows, rows.slice(0, 2)), runs });
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    const results = await Promise.all(
      runs.map(async ({ name }) => ({ losses: tiny.losses(name), values: await finalValues(tiny, name) })),
    );
    await tiny.comparison.release();
    await model.release();
    return results;
  };
  const [one, two] = [await trained(1), await trained(2)];
  expect(one[0]!.losses).toHaveLength(4);
  expect(new Set(one[0]!.losses).size).toBe(4);
  expect(two).toEqual(one);
});

test("where threads cannot start it has one, and says why", async () => {
  const asked: number[] = [];
  const { factory } = await processorBuild();
  const executor = new ProcessorExecutor({
    build: async () => ({
      factory: (options) => {
        asked.push(options.numThreads);
        if (options.numThreads > 1) throw new Error("workers are forbidden");
        return factory(options);
      },
    }),
    threads: 4,
  });
  await executor.ready();
  expect(asked).toEqual([4, 1]);
  expect(executor.threads).toBe(1);
  expect(executor.note).toMatch(/runs on one thread: 4 could not be started \(.*workers are forbidden\)/);
  expect(executor.memory.allocate(64, allocation).size).toBe(64);
});

test("what does not start at all says why, and there is no memory before it has started", async () => {
  const missing = () => Promise.reject(new Error("no such file"));
  const executor = new ProcessorExecutor({ build: async () => ({ factory: missing }), threads: 1 });
  expect(() => executor.memory.allocate(64, allocation)).toThrow("onnxruntime is not loaded yet");
  await expect(executor.ready()).rejects.toThrow("onnxruntime does not start on the processor: no such file");
});

test("more than the module's memory can hold is an OutOfMemoryError, and it goes on", async () => {
  const { memory } = await processor();
  expect(() => memory.allocate(ADDRESSABLE - 64, allocation)).toThrow(OutOfMemoryError);
  const buffer = memory.allocate(64, allocation);
  expect(memory.bytes("test").weights).toBe(64);
  memory.release(buffer);
  expect(memory.bytes("test").total).toBe(0);
});
