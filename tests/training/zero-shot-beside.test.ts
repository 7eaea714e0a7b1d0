/** A zero-shot prompt in a comparison, beside runs that train and alone. */

import { describe, expect, test } from "vitest";
import { classReport, probabilitiesOf, tinyData, tinyRows } from "./tiny-comparison";
import { openTinyLlama } from "./tiny-llama";

/** On a busy machine with a software adapter, compiling takes its time. */
const timeout = 120_000;
const llama = openTinyLlama();

describe("a zero-shot prompt", () => {
  const zeroShot = {
    name: "asked",
    method: "zero-shot",
    options: {
      template: "Sort: {text} It is",
      words: "age_limit: one; atm_support: two; exchange_rate: my; getting_spare_card: get; lost_or_stolen_card: lost",
    },
  };

  test("answers before and after the others have trained, and never trains", { timeout }, async () => {
    const rows = await tinyRows(llama.model, [5, 8, 7]);
    const runs = [zeroShot, { name: "delta", method: "lora" }];
    const tiny = await llama.trained({ data: tinyData(rows, rows), runs, training: { steps: 2, evalEvery: 1 } });
    expect(tiny.of("step", "asked")).toEqual([]);
    const evaluations = tiny.of("evaluation", "asked");
    expect(evaluations.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(new Set(evaluations.map(({ loss, accuracy }) => `${loss} ${accuracy}`)).size).toBe(1);
    expect(tiny.of("run-state", "asked").at(-1)).toMatchObject({ state: "finished" });
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "finished", step: 2 });
    const [, said] = await tiny.comparison.predict(rows[0]!);
    const { probability, row } = classReport(tiny, "asked").wrongest.find((wrong) => wrong.row === 0)!;
    expect(probabilitiesOf(said!)[rows[row]!.labels[0]!]).toBeCloseTo(probability!, 5);
    expect(tiny.comparison.dropsLeadingToken("asked")).toBe(true);
  });

  test("alone it is done at once", { timeout }, async () => {
    const rows = await tinyRows(llama.model, [5, 8]);
    const tiny = await llama.trained({ data: tinyData(rows, rows), runs: [zeroShot], training: { steps: 5 } });
    expect(tiny.of("evaluation").map(({ step }) => step)).toEqual([0, 5]);
    expect(tiny.comparison.finished).toBe(true);
  });
});
