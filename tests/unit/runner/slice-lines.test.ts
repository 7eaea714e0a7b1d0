import { expect, test } from "vitest";
import { sliceLines } from "../../../bin/headless/slice-lines";
import type { Slice } from "../../../src/worker/api";

const slice = (name: string, rows: number, ...values: (number | null)[]): Slice => ({
  ...{ name, rows },
  runs: values.map((value) => (value === null ? null : { value, low: value / 2, high: value })),
});

test("slices are printed part by part, all rows last, then where each run is worst", () => {
  const lines = sliceLines({
    ...{ column: "shop", metric: "accuracy", part: "test", runs: ["LoRA", "Nearest"], leftOut: [] },
    whole: slice("All rows", 30, 0.75, 0.5),
    slices: [slice("Berlin", 24, 0.8, 0.5), slice("(empty)", 6, 0.55, null)],
    worst: [1, null],
  });
  expect(lines).toEqual([
    "",
    'Accuracy on the test rows, by "shop"',
    "  shop      rows    LoRA  Nearest",
    "  Berlin      24  80.0 %   50.0 %",
    "  (empty)      6  55.0 %        –",
    "  All rows    30  75.0 %   50.0 %",
    "  worst part of LoRA: (empty)",
    "",
  ]);
});
