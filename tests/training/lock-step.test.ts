/** Runs of a comparison step in turn on the same batches, and say so in events. */

import { describe, expect, test } from "vitest";
import { BatchStream, bucketLengths } from "../../src/data/batches";
import { classReport, tinyData, tinyRows } from "./tiny-comparison";
import { openTinyLlama } from "./tiny-llama";

const text = "Sort it:";
/** On a busy machine with a software adapter, compiling takes its time. */
const timeout = 120_000;
const llama = openTinyLlama();

describe("lock-step", () => {
  const lengths = [5, 7, 8, 12, 14, 16, 6, 15, 9, 11];
  const batchSize = 4;
  const steps = 4;
  /**
   * So small that nothing moves: every step's loss is then the mean of its rows' losses at the
   * start.
   */
  const learningRate = 1e-12;
  const runs = [
    { name: "semantic prefix", method: "sk-prefix", options: { text }, learningRate },
    { name: "semantic prompt", method: "sk-prompt", options: { text }, learningRate },
    { name: "words", method: "hard-text", options: { text }, learningRate },
    { name: "delta", method: "lora", learningRate },
    { name: "head", method: "linear-probe", learningRate },
  ];
  const names = runs.map(({ name }) => name);

  test("every run steps on the planned batches, in order, and is evaluated at 0, between and at the end", {
    timeout,
  }, async () => {
    const rows = await tinyRows(llama.model, lengths);
    const passes = llama.model.semanticPasses.length;
    const tiny = await llama.trained({
      data: tinyData(rows, rows),
      runs,
      training: { batchSize, steps, evalEvery: 3, seed: 5, weightDecay: 0 },
    });
    expect(llama.model.semanticPasses.length - passes, "semantic passes for one text in two runs").toBe(1);

    const buckets = bucketLengths([...lengths, ...lengths], 16);
    expect(buckets).toEqual([8, 16]);
    const stream = new BatchStream({ lengths, batchSize, buckets, seed: 5, shuffle: true });
    const plans = Array.from({ length: steps }, () => stream.next());
    const tokens = plans.map((_, last) =>
      plans
        .slice(0, last + 1)
        .flatMap((plan) => plan.rows)
        .reduce((sum, row) => sum + lengths[row]!, 0),
    );
    for (const name of names) {
      const events = tiny.of("step", name);
      expect(events.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
      expect(events.map(({ epoch }) => epoch)).toEqual([1 / 3, 2 / 3, 1, 4 / 3]);
      expect(events.map((event) => event.tokens)).toEqual(tokens);
      const { wrongest, confusion } = classReport(tiny, name);
      const lossOf = new Map(wrongest.map(({ row, loss }) => [row, loss]));
      expect(lossOf.size).toBe(lengths.length);
      expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(lengths.length);
      for (const [index, plan] of plans.entries()) {
        const mean = plan.rows.reduce((sum, row) => sum + lossOf.get(row)!, 0) / plan.rows.length;
        expect(Math.abs(events[index]!.loss - mean), `${name}, step ${index + 1}`).toBeLessThan(1e-5);
      }
      const evaluations = tiny.of("evaluation", name);
      expect(evaluations.map(({ step }) => step)).toEqual([0, 3, 4]);
      expect(evaluations.map((event) => event.tokens)).toEqual([0, tokens[2], tokens[3]]);
      const mean = [...lossOf.values()].reduce((sum, loss) => sum + loss, 0) / lossOf.size;
      expect(evaluations.at(-1)!.loss).toBeCloseTo(mean, 6);
      const states = tiny.of("run-state", name).map(({ state, lastGoodStep }) => [state, lastGoodStep]);
      expect(states).toEqual([
        ["preparing", null],
        ["running", null],
        ["finished", 4],
      ]);
    }
    const order = tiny.of("step").map(({ step, run }) => `${step} ${run}`);
    expect(order).toEqual([1, 2, 3, 4].flatMap((step) => names.map((name) => `${step} ${name}`)));
    const states = tiny.of("comparison-state").map(({ state, step }) => `${state} ${step}`);
    expect(states).toEqual([
      "preparing 0",
      "running 0",
      "running 1",
      "running 2",
      "running 3",
      "running 4",
      "finished 4",
    ]);
    expect(tiny.comparison.finished).toBe(true);
    for (const { memoryBytes } of tiny.of("step")) {
      const { total, ...parts } = memoryBytes;
      expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(total);
      expect(memoryBytes.weights).toBe(llama.model.memoryBytes);
    }
  });
});
