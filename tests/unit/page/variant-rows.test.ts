import { describe, expect, it } from "vitest";
import { addEvaluation } from "../../../src/page/curves/run-curves";
import { variantRows } from "../../../src/page/runs/variant-rows";
import { evaluation, record } from "./events";

function variant(learningRateFactor: number, seed: number, loss: number, accuracy: number) {
  const group = `a (rate × ${learningRateFactor})`;
  const name = `${group} ${seed}`;
  const run = record(name, { learningRate: 0.01 * learningRateFactor });
  run.variant = { name, run: "a", group, seed, split: 0, learningRateFactor };
  addEvaluation(run.curves, evaluation(name, 0, 9, 0.1));
  addEvaluation(run.curves, evaluation(name, 10, loss, accuracy));
  return run;
}

describe("what seeds and learning rates come to", () => {
  it("is nothing where every run is alone", () => {
    expect(variantRows([record("a"), record("b")], "accuracy")).toEqual([]);
  });

  it("is a mean, a spread and the best rate of each run", () => {
    const failed = variant(3, 1, 0.1, 1);
    failed.state = "failed";
    const rows = variantRows(
      [variant(1, 0, 0.4, 0.8), variant(1, 1, 0.6, 0.6), variant(3, 0, 0.7, 0.9), failed],
      "accuracy",
    );
    expect(rows.map(({ learningRate, seeds, failed, bestRate }) => [learningRate, seeds, failed, bestRate])).toEqual([
      [0.01, 2, 0, true],
      [0.03, 1, 1, false],
    ]);
    expect(rows[0]!.validationLoss!.mean).toBeCloseTo(0.5, 12);
    expect(rows[0]!.lastMetric!.deviation).toBeCloseTo(0.1414213562, 9);
    expect(rows[1]!.lastMetric).toEqual({ mean: 0.9, deviation: 0, count: 1 });
  });
});
