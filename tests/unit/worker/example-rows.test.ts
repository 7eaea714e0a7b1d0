/** Which validation rows are offered to be tried. */

import { expect, test } from "vitest";
import { exampleRows } from "../../../src/worker/example-rows";

const row = (number: number, text: string, label: number) => ({ row: number, text, textPair: null, label });
const long = "word ".repeat(60);

test("short rows of each answer first, then others in order", () => {
  const validation = [row(1, long, 0), row(2, "one", 0), row(3, "two", 0), row(4, "three", 1), row(5, "four", 1)];
  const rows = exampleRows("sequence-classification", { validation, labels: ["ham", "spam"] }, 3);
  expect(rows.map(({ row: number, truth }) => [number, truth])).toEqual([
    [2, "ham"],
    [4, "spam"],
    [3, "ham"],
  ]);
});

test("long rows where there are too few short ones, none to be written, no one answer for tags", () => {
  const validation = [row(1, long, 0), row(2, "one", 0)];
  const of = (task: Parameters<typeof exampleRows>[0]) => exampleRows(task, { validation, labels: ["O"] }, 3);
  expect(of("sequence-classification").map(({ row: number }) => number)).toEqual([1, 2]);
  expect(of("causal-lm")).toEqual([]);
  expect(of("token-classification").map(({ truth }) => truth)).toEqual([null, null]);
  const numbers = validation.map((one) => ({ ...one, values: Float64Array.of(one.row / 2) }));
  expect(exampleRows("regression", { validation: numbers, labels: [] }, 1)[0]!.truth).toBe("1");
});
