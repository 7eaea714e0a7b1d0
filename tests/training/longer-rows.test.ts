/**
 * Rows that are longer than all that runs were trained and evaluated on: they are read as by runs
 * that knew of their length from the beginning.
 */

import { expect, test } from "vitest";
import { type TinySetup, tinyData, tinyRows } from "./tiny-comparison";
import { openTinyLlama } from "./tiny-llama";

const timeout = 120_000;
const llama = openTinyLlama();

const runs: TinySetup["runs"] = [
  { name: "head", method: "linear-probe", learningRate: 0.1 },
  { name: "lora", method: "lora", options: { dropout: 0.2 }, learningRate: 0.01 },
  { name: "prefix", method: "prefix", options: { virtualTokens: 3 } },
  { name: "hard", method: "hard-text", options: { text: "What is asked?" } },
  { name: "nearest", method: "nearest-neighbours", options: { neighbours: 2 } },
];

test("are answered and scored as by runs that had Programs for them", { timeout }, async () => {
  const rows = await tinyRows(llama.model, [5, 7, 8, 6]);
  const long = await tinyRows(llama.model, [15, 4, 12, 9, 16]);
  const data = tinyData(rows, rows.slice(0, 2));
  const { train, validation, validationTexts } = data;
  const training = { steps: 2 };
  const short = await llama.trained({ data, runs, training });
  // Test rows have no say in how it is trained.
  const known = await llama.trained({
    ...{ data, runs, training },
    divisions: [{ train, validation, validationTexts, test: long }],
  });
  expect(short.comparison.longestRow).toBe(16);
  const asked = long.map((row) => ({ row, words: [] }));
  for (const { name } of runs) {
    expect(await short.comparison.predictRows(name, asked), name).toEqual(
      await known.comparison.predictRows(name, asked),
    );
    const { evaluation } = await short.comparison.evaluateRows(name, long);
    expect(evaluation, name).toEqual(known.comparison.tested(name)!.evaluation);
  }
  expect(await short.comparison.predict(long[4]!)).toEqual(await known.comparison.predict(long[4]!));
  // Those that were known before are read as they were.
  expect(await short.comparison.predictRows("lora", asked.slice(1, 2))).toEqual(
    await known.comparison.predictRows("lora", asked.slice(1, 2)),
  );
});
