/** What a step of methods of equal size took, as it was measured. */

import { expect, test } from "vitest";
import { addStep } from "../../../src/page/curves/run-curves";
import { equalSizes } from "../../../src/page/runs/equal-size";
import type { RunRecord } from "../../../src/page/store/state";
import { bytes, comparison, record, step } from "./events";

/** A run of 4 steps in so many seconds. */
function trained(name: string, adapter: number, seconds: number, fields: Partial<RunRecord> = {}): RunRecord {
  const trainable = { adapter, head: 10, total: adapter + 10, percentOfBase: 1 };
  const run = record(name, { state: "finished", learningRate: 0.1, trainable, bytes, ...fields });
  addStep(run.curves, step(name, 4, 1, { seconds }));
  return run;
}

const said = (runs: readonly RunRecord[], state: "finished" | "running" = "finished") =>
  equalSizes(comparison([...runs], { state }));

test("methods that train as many numbers are laid side by side, the quickest first", () => {
  const runs = [trained("Prompt tuning", 7680, 2), trained("LoRA", 90_000, 9), trained("DePT", 7680, 1.6)];
  expect(said(runs)).toEqual([
    "Of 7,680 trained numbers each, a step takes: DePT 400\u00a0ms and 15\u00a0B, Prompt tuning 500\u00a0ms and 15\u00a0B.",
  ]);
  expect(said(runs, "running")).toEqual([]);
});

test("sizes may differ by a fiftieth, and both are said; what is further off is another size", () => {
  const runs = [trained("a", 1000, 1), trained("b", 1020, 2, { bytes: null }), trained("c", 1100, 3)];
  expect(said(runs)).toEqual([
    "Of 1,000 to 1,020 trained numbers each, a step takes: a 250\u00a0ms and 15\u00a0B, b 500\u00a0ms.",
  ]);
});

test("one method at several rates, what failed, and what only its head is trained of are no comparison", () => {
  const twice = [trained("LoRA", 100, 1), trained("LoRA 2", 100, 1, { methodTitle: "LoRA" })];
  expect(said(twice)).toEqual([]);
  expect(said([trained("a", 100, 1), trained("b", 100, 1, { state: "failed" })])).toEqual([]);
  expect(said([trained("a", 0, 1), trained("b", 0, 1)])).toEqual([]);
});
