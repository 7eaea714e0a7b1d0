import { expect, test } from "vitest";
import { verdictLines } from "../../../bin/headless/verdict-lines";
import type { Verdict, VerdictRun } from "../../../src/worker/api";

const run = (name: string, value: number, parameters: number | null): VerdictRun => {
  return { run: name, kind: "tuned", seeds: 1, parameters, remarks: [], value, low: value - 0.1, high: value + 0.1 };
};
const verdict: Verdict = {
  metric: "accuracy",
  metricChangedAfterTraining: false,
  part: "test",
  rows: 30,
  looks: 1,
  runs: [run("LoRA", 0.75, 11328), run("Nearest", 0.5, null)],
  pairs: [],
  chance: null,
  majority: null,
  againstMajority: null,
  claims: [],
  needed: null,
  onlyLabel: null,
  leftOut: [],
  sentences: ["The answer first.", "Then the rest."],
};

test("a verdict is printed run by run, then in its own sentences", () => {
  expect(verdictLines(verdict)).toEqual([
    "",
    "Verdict: Accuracy on 30 test rows, with 95 % intervals",
    "  LoRA      75.0 %  (65.0 % to 85.0 %)  11,328 parameters",
    "  Nearest   50.0 %  (40.0 % to 60.0 %)",
    "The answer first.",
    "Then the rest.",
    "",
  ]);
});

test("rows of a file are called so", () => {
  expect(verdictLines({ ...verdict, part: "file" })[1]).toBe(
    "Verdict: Accuracy on 30 rows of the file, with 95 % intervals",
  );
});

test("a correlation is printed as it is, and without a run the sentences alone", () => {
  expect(verdictLines({ ...verdict, metric: "spearman", runs: [run("LoRA", 0.5, 3)] })[2]).toBe(
    "  LoRA    0.500  (0.400 to 0.600)  3 parameters",
  );
  // Not how many rows and intervals of what there are none.
  expect(verdictLines({ ...verdict, rows: 0, runs: [] })).toEqual([
    ...["", "Verdict", "The answer first.", "Then the rest.", ""],
  ]);
});
