/** Which runs answer a text unlike the others. */

import { expect, test } from "vitest";
import { differingRuns, saidOf } from "../../../src/page/results/disagreement";
import type { Prediction } from "../../../src/worker/api";

const common = { tokens: 3, leftOut: 0, calibrated: false };
const label = (run: string, said: string): Prediction => ({
  ...{ run, ...common, answer: "label", label: said, probabilities: [{ label: said, probability: 1 }] },
});

test("those that are not with the most differ; without a most all do; alike none does", () => {
  const [spam, also, ham] = [label("a", "spam"), label("b", "spam"), label("c", "ham")];
  expect(differingRuns([spam, also, ham])).toEqual(["c"]);
  expect(differingRuns([spam, ham])).toEqual(["a", "c"]);
  expect(differingRuns([spam, also])).toEqual([]);
  expect(differingRuns([])).toEqual([]);
});

test("tags and sets of labels are compared whole, numbers not at all", () => {
  const tags = (run: string, said: string[]): Prediction => ({
    run,
    ...common,
    answer: "tags",
    words: ["x", "y"],
    tags: said,
  });
  expect(differingRuns([tags("a", ["O", "B-LOC"]), tags("b", ["O", "O"]), tags("c", ["O", "O"])])).toEqual(["a"]);
  const labels = (run: string, first: number): Prediction => ({
    ...{ run, ...common, answer: "labels" },
    probabilities: [
      { label: "news", probability: first, threshold: 0.4 },
      { label: "sport", probability: 0.3, threshold: 0.4 },
    ],
  });
  expect([labels("a", 0.5), labels("b", 0.2)].map(saidOf)).toEqual(["news", "no label"]);
  expect(differingRuns([labels("a", 0.5), labels("b", 0.6)])).toEqual([]);
  const number = (run: string, value: number): Prediction => ({ run, ...common, answer: "number", number: value });
  expect(differingRuns([number("a", 1), number("b", 2)])).toEqual([]);
});
