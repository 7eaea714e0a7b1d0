import { describe, expect, it } from "vitest";
import { addEvaluation } from "../../../src/page/curves/run-curves";
import { cellOf, shareOf, sweepResults } from "../../../src/page/sweeps/sweep-results";
import { axisTitles, pointInWords } from "../../../src/page/sweeps/titles";
import { expandSweeps } from "../../../src/plan/sweep";
import { evaluation, record } from "./events";

const points = expandSweeps([
  { name: "LoRA", method: "lora", options: {}, sweep: { rank: [2, 8], learningRate: [0.001, 0.01] } },
]);

/** A trained point with what it said in the end, by seed. */
function trained(place: number, seed: number, accuracy: number, loss = 0.5) {
  const { name, learningRate, ...own } = points[place]! as (typeof points)[number] & { learningRate: number };
  const run = record(`${name} ${seed}`, { learningRate });
  run.variant = { name: run.name, run: name, group: name, seed, split: 0, learningRateFactor: 1 };
  run.configuration = { ...run.configuration, ...own, name, learningRate } as typeof run.configuration;
  addEvaluation(run.curves, evaluation(run.name, 0, 9, 0.1));
  addEvaluation(run.curves, evaluation(run.name, 10, loss, accuracy));
  return run;
}

describe("what a sweep came to", () => {
  it("is nothing of runs that are no points", () => {
    expect(sweepResults([record("a")], "accuracy")).toEqual([]);
  });

  it("is the mean over seeds of every point, in the order of its values", () => {
    const runs = [0, 1, 2, 3].flatMap((place) => [trained(place, 0, 0.5 + place / 10), trained(place, 1, 0.7)]);
    const [result] = sweepResults([record("beside"), ...runs], "accuracy");
    expect(result!.axes).toEqual([
      { key: "rank", values: [2, 8] },
      { key: "learningRate", values: [0.001, 0.01] },
    ]);
    expect(result!.points.map(({ places }) => places)).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    expect(result!.points.map(({ value }) => value!.count)).toEqual([2, 2, 2, 2]);
    expect(result!.best!.places).toEqual([1, 1]);
    expect(result!.best!.value!.mean).toBeCloseTo(0.75, 12);
    expect(cellOf(result!.points, [0, 1], [1, 0]).mean).toBeCloseTo(0.7, 12);
    expect(cellOf(result!.points, [1, 0], [0, 0]).points.map(({ places }) => places)).toEqual([[0, 0]]);
  });

  it("leaves failed runs out of means, and breaks ties by the lower loss", () => {
    const failed = trained(3, 0, 1);
    failed.state = "failed";
    const [result] = sweepResults(
      [trained(0, 0, 0.8, 0.4), trained(1, 0, 0.8, 0.3), trained(2, 0, 0.1), failed],
      "accuracy",
    );
    expect(result!.best!.places).toEqual([0, 1]);
    expect(result!.points.at(-1)).toMatchObject({ value: null, failed: 1 });
  });

  it("goes by what is better of the metric, also where low is", () => {
    const of = (mean: number) => ({ value: { mean, deviation: 0, count: 1 } });
    const known = [of(1), of(3), { value: null }];
    expect(shareOf(3, known, "accuracy")).toBe(1);
    expect(shareOf(3, known, "perplexity")).toBe(0);
    expect(shareOf(2, known, "perplexity")).toBe(0.5);
    expect(shareOf(2, [of(2)], "accuracy")).toBe(1);
  });

  it("has factors on the learning rate as one more axis", () => {
    const runs = [1, 3].map((factor) => {
      const run = trained(0, 0, 0.5);
      run.variant = { ...run.variant, group: `x ${factor}`, learningRateFactor: factor };
      return run;
    });
    expect(sweepResults(runs, "accuracy")[0]!.axes.at(-1)).toEqual({ key: "rate factor", values: [1, 3] });
  });

  it("is told by the titles of the options", () => {
    const runs = [0, 1, 2, 3].map((place) => trained(place, 0, 0.5));
    const [result] = sweepResults(runs, "accuracy");
    const schema = { properties: { rank: { type: "integer", title: "Inner rank" } } };
    const titles = axisTitles(result!, runs, [{ id: "lora", optionsSchema: schema } as never]);
    expect(titles.map(({ title }) => title)).toEqual(["Inner rank", "Learning rate"]);
    expect(pointInWords(result!.points[1]!, titles)).toBe("inner rank 2, learning rate 0.01");
  });
});
