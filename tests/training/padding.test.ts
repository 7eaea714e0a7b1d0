/** A row says the same however far it is padded, and beside whichever rows. */

import { describe, expect, test } from "vitest";
import { largestDifference } from "./compare";
import { logitsOf, probabilitiesOf, tinyData, tinyRows } from "./tiny-comparison";
import { openTinyLlama } from "./tiny-llama";

const text = "Sort it:";
/** On a busy machine with a software adapter, compiling takes its time. */
const timeout = 120_000;
const llama = openTinyLlama();

describe("padding", () => {
  test("a row says the same alone, beside longer rows and in a longer batch", {
    timeout,
  }, async () => {
    // One for each place where a method attaches, and the head alone.
    const methods = ["sk-prefix", "sk-prompt", "lora", "linear-probe"];
    const runs = methods.map((method) => ({
      name: method,
      method,
      options: /^sk/.test(method) ? { text } : {},
      // One large step, so that no method is still at its start.
      learningRate: 0.05,
    }));
    const lengths = [5, 7, 14, 16];
    const validation = await tinyRows(llama.model, lengths);
    const train = await tinyRows(llama.model, [6, 6, 8, 8]);
    // All four validation rows share a batch of 16 tokens; alone, the short ones have one of 8.
    const tiny = await llama.trained({ data: tinyData(train, validation), runs, training: { batchSize: 4, steps: 1 } });
    const classes = 5;
    const inBatch = new Map<string, Float32Array>();
    for (const name of methods) inBatch.set(name, await logitsOf(llama.executor, tiny, name, 16, validation));
    for (const [row, example] of validation.entries()) {
      const { ids, labels } = example;
      const said = await tiny.comparison.predict(example);
      expect(said.map(({ run }) => run)).toEqual(["base", ...methods]);
      for (const name of methods) {
        const own = said.find(({ run }) => run === name)!;
        const { tokens } = own;
        const alone = probabilitiesOf(own);
        const logits = inBatch.get(name)!.slice(row * classes, (row + 1) * classes);
        const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
        expect(
          largestDifference(
            alone,
            logits.map((logit) => Math.exp(logit) / sum),
          ),
          `${name}, row ${row}`,
        ).toBeLessThan(1e-5);
        expect(tokens).toBe(ids.length - (tiny.comparison.dropsLeadingToken(name) ? 1 : 0));
        const reported = tiny.comparison.report(name).wrongest.find((wrong) => wrong.row === row)!;
        expect(Math.abs(reported.probability! - alone[labels[0]!]!)).toBeLessThan(1e-5);
        expect(Math.abs(reported.loss + Math.log(alone[labels[0]!]!))).toBeLessThan(1e-4);
        if (name === "linear-probe") continue;
        const base = probabilitiesOf(said[0]!);
        expect(largestDifference(alone, base), `${name} against the untrained base`).toBeGreaterThan(1e-4);
      }
      // The shape makes no difference to the step either.
      const bucket = ids.length <= 8 ? 8 : 16;
      expect(tiny.comparison.run("lora").step(bucket).batch.tokens).toBe(bucket);
    }
  });
});
