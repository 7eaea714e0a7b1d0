import { describe, expect, it } from "vitest";
import { addEvaluation } from "../../../src/page/curves/run-curves";
import { groupRows } from "../../../src/page/runs/group-rows";
import { tableRows } from "../../../src/page/runs/table-rows";
import type { RunRecord } from "../../../src/page/store/state";
import { comparison, evaluation, record } from "./events";

function variant(learningRateFactor: number, seed: number, loss: number, accuracy: number) {
  const group = `a (rate × ${learningRateFactor})`;
  const name = `${group} ${seed}`;
  const run = record(name, { learningRate: 0.01 * learningRateFactor, state: "finished" });
  run.variant = { name, run: "a", group, seed, split: 0, learningRateFactor };
  addEvaluation(run.curves, evaluation(name, 0, 9, 0.1));
  addEvaluation(run.curves, evaluation(name, 10, loss, accuracy));
  return run;
}

const rowsOf = (runs: RunRecord[]) =>
  groupRows(tableRows(comparison(runs, { state: "finished" }), { past: false, target: null }));

describe("what seeds and learning rates come to", () => {
  it("is the run itself where every run is alone", () => {
    const rows = rowsOf([record("a"), record("b")]);
    expect(rows.map(({ name, members, seeds }) => [name, members.length, seeds])).toEqual([
      ["a", 1, 0],
      ["b", 1, 0],
    ]);
    expect(rows.some(({ bestRate }) => bestRate)).toBe(false);
  });

  it("is a mean, a spread and the best rate of each run", () => {
    const failed = variant(3, 1, 0.1, 1);
    failed.state = "failed";
    const rows = rowsOf([variant(1, 0, 0.4, 0.8), variant(1, 1, 0.6, 0.6), variant(3, 0, 0.7, 0.9), failed]);
    expect(rows.map(({ name, seeds, failed, bestRate }) => [name, seeds, failed, bestRate])).toEqual([
      ["a (rate × 1)", 2, 0, true],
      ["a (rate × 3)", 1, 1, false],
    ]);
    expect(rows.map(({ run }) => run.learningRate)).toEqual([0.01, 0.03]);
    expect(rows[0]!.spreads.validationLoss!.mean).toBeCloseTo(0.5, 12);
    expect(rows[0]!.figures.validationLoss).toBeCloseTo(0.5, 12);
    expect(rows[0]!.spreads.score!.deviation).toBeCloseTo(0.1414213562, 9);
    expect(rows[1]!.spreads.score).toEqual({ mean: 0.9, deviation: 0, count: 1 });
  });

  it("calls no rate the best where runs differ in their rows alone", () => {
    const random = variant(1, 1, 0.6, 0.6);
    random.variant = { ...random.variant, group: "a (random rows)", rows: "random" };
    const rows = rowsOf([variant(1, 0, 0.4, 0.8), random]);
    expect(rows.map(({ name, bestRate }) => [name, bestRate])).toEqual([
      ["a (rate × 1) 0", false],
      ["a (rate × 1) 1", false],
    ]);
  });

  it("has a row for a run all of whose seeds failed, with what they had come to", () => {
    const runs = [variant(1, 0, 0.4, 0.8), variant(1, 1, 0.6, 0.6)].map((run) => ({
      ...run,
      state: "failed" as const,
    }));
    const [row] = rowsOf(runs);
    expect(row).toMatchObject({ seeds: 0, failed: 2, contends: false });
    expect(row!.figures.score).toBeCloseTo(0.7, 12);
  });
});
