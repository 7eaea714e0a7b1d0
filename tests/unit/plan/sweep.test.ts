/** Sweeps: which runs they are, how files say them, and what is refused. */

import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, test } from "vitest";
import { MOST_RUNS } from "../../../src/plan/limits";
import { readConfiguration } from "../../../src/plan/read-configuration";
import { expandSweeps, foldSweeps, pointCount, type Sweep, type WithSweep } from "../../../src/plan/sweep";

const lora = { name: "LoRA", method: "lora", options: { alpha: 16 } };
const swept = (sweep: Sweep) => ({ ...lora, sweep });

/** The text of a file with these runs. */
const file = (runs: readonly object[], training: object = {}) =>
  JSON.stringify({
    version: 2,
    model: "bundled:tiny",
    data: { train: "train.csv", columns: { text: "text", label: "label" } },
    training,
    runs,
  });

describe("the points of a sweep", () => {
  test("are all combinations, the last option changing fastest, each with its values and its place", () => {
    const points = expandSweeps([swept({ rank: [2, 4], learningRate: [0.001, 0.01, 0.1] })]);
    expect(points.map(({ name }) => name)).toEqual([
      "LoRA (rank 2, rate 0.001)",
      "LoRA (rank 2, rate 0.01)",
      "LoRA (rank 2, rate 0.1)",
      "LoRA (rank 4, rate 0.001)",
      "LoRA (rank 4, rate 0.01)",
      "LoRA (rank 4, rate 0.1)",
    ]);
    expect(points[4]).toEqual({
      name: "LoRA (rank 4, rate 0.01)",
      method: "lora",
      options: { alpha: 16, rank: 4 },
      learningRate: 0.01,
      sweptAs: { run: "LoRA", over: ["rank", "learningRate"] },
    });
  });

  test("keep a run's own rate and what found it, unless rates are varied", () => {
    const found = { learningRate: 0.5, foundRate: { rate: 0.5 } };
    const [kept] = expandSweeps([{ ...swept({ rank: [2] }), ...found }]);
    expect(kept).toMatchObject(found);
    const [own] = expandSweeps([{ ...swept({ learningRate: [0.1] }), ...found }]);
    expect(own).toMatchObject({ learningRate: 0.1 });
    expect(own).not.toHaveProperty("foundRate");
  });

  test("are named by numbers where values are long, or no names of folders, within 60 characters", () => {
    const text = "a text that says at length what the task is about";
    const points = expandSweeps([
      { ...swept({ text: [text, "x/y", "short"], rankStabilised: [true] }), name: "N".repeat(60) },
    ]);
    for (const { name } of points) expect(name.length).toBeLessThanOrEqual(60);
    expect(points.map(({ name }) => name.replace(/^N+ /, ""))).toEqual([
      "(text no. 1, rank stabilised true)",
      "(text no. 2, rank stabilised true)",
      "(text short, rank stabilised true)",
    ]);
    const many = expandSweeps([swept({ virtualTokensOfOne: [1, 2], virtualTokensOfTwo: [1], virtualTokensOf3: [1] })]);
    expect(many.map(({ name }) => name)).toEqual(["LoRA (point 1)", "LoRA (point 2)"]);
  });

  test("of runs without a sweep are the runs", () => {
    expect(expandSweeps([lora, { ...lora, name: "Other" }])).toEqual([lora, { ...lora, name: "Other" }]);
    expect(pointCount({ sweep: undefined })).toBe(1);
  });
});

describe("folding", () => {
  test("gives back what was expanded, among other runs, for drawn sweeps", () => {
    const generator = xoroshiro128plus(17);
    const draw = (below: number) => ((generator.next() % below) + below) % below;
    for (let round = 0; round < 50; round++) {
      const values = (count: number) => Array.from({ length: 1 + draw(count) }, (_, index) => index + 1);
      const sweep: Record<string, number[]> = {};
      for (const key of ["rank", "alpha", "learningRate"]) if (draw(2) === 1) sweep[key] = values(4);
      const beside: WithSweep<typeof lora> = { ...lora, name: "Beside" };
      const runs = Object.keys(sweep).length === 0 ? [beside] : [swept(sweep), beside];
      const again = foldSweeps(expandSweeps(runs));
      // A swept option's own value is the first of its points.
      expect(expandSweeps(again)).toEqual(expandSweeps(runs));
      expect(again.map(({ name, sweep }) => [name, sweep])).toEqual(runs.map(({ name, sweep }) => [name, sweep]));
    }
  });

  test("leaves points of which some are missing or changed as runs of their own", () => {
    const points = expandSweeps([swept({ rank: [2, 4], alpha: [1, 8] })]);
    const missing = foldSweeps(points.toSpliced(1, 1));
    expect(missing.map(({ name }) => name)).toEqual([
      "LoRA (rank 2, alpha 1)",
      "LoRA (rank 4, alpha 1)",
      "LoRA (rank 4, alpha 8)",
    ]);
    expect(missing.some((run) => "sweptAs" in run || "sweep" in run)).toBe(false);
    const changed = foldSweeps(points.map((run, index) => (index === 1 ? { ...run, weightDecay: 0.5 } : run)));
    expect(changed).toHaveLength(4);
  });
});

describe("a file with a sweep", () => {
  test("reads as its points, and its points read as themselves", () => {
    const { runs } = readConfiguration(
      file([swept({ rank: [2, 4], learningRate: [0.001, 0.01] }), { ...lora, name: "B" }]),
    );
    expect(runs.map(({ name }) => name)).toEqual([
      "LoRA (rank 2, rate 0.001)",
      "LoRA (rank 2, rate 0.01)",
      "LoRA (rank 4, rate 0.001)",
      "LoRA (rank 4, rate 0.01)",
      "B",
    ]);
    expect(readConfiguration(file(runs)).runs).toEqual(runs);
  });

  test.each([
    [{}, /names nothing to vary/],
    [{ rank: [] }, /must hold a value/],
    [{ rank: [2, 2] }, /must not hold a value twice/],
    [{ rank: [{ a: 1 }] }, /must be a number, a text/],
    [{ learningRate: [0.1, "search"] }, /learningRate\[1\]: must be a number above 0/],
    [{ learningRate: [0] }, /must be a number above 0/],
    [{ learningRate: [1e-60] }, /32-bit/],
  ])("refuses %j", (sweep, message) => {
    expect(() => readConfiguration(file([{ ...lora, sweep }]))).toThrow(message);
  });

  test("refuses more runs than there may be, with both numbers", () => {
    const ranks = Array.from({ length: 26 }, (_, index) => index + 1);
    const runs = [swept({ rank: ranks, alpha: [1, 2, 3, 4] }), { ...lora, name: "B" }];
    expect(() => readConfiguration(file(runs))).toThrow(
      `are 105 with every combination of their sweeps; there may be ${MOST_RUNS}`,
    );
    const huge = Object.fromEntries(["a", "b", "c", "d", "e"].map((key) => [key, ranks]));
    expect(() => readConfiguration(file([swept(huge)]))).toThrow(/are 11881376 with every combination/);
  });

  test("are never cut within a character", () => {
    const [point] = expandSweeps([{ ...swept({ rank: [2] }), name: "😀".repeat(30) }]);
    expect(point!.name).toBe(`${"😀".repeat(25)} (rank 2)`);
    const [odd] = expandSweeps([{ ...swept({ rank: [2] }), name: `a${"😀".repeat(29)}` }]);
    expect(odd!.name).toBe(`a${"😀".repeat(25)} (rank 2)`);
  });

  test("of points that vary in everything are not written out: they stay runs of their own", () => {
    const over = ["a", "b", "c", "d", "e", "f"];
    const points = Array.from({ length: MOST_RUNS }, (_, index) => ({
      ...{ name: `P${index}`, method: "lora", sweptAs: { run: "P", over } },
      options: Object.fromEntries(over.map((key) => [key, index])),
    }));
    expect(foldSweeps(points)).toEqual(points.map(({ sweptAs: _, ...point }) => point));
  });

  test("refuses to go on with a training, names that are taken, and a rate that a factor makes 0", () => {
    expect(() => readConfiguration(file([{ ...swept({ rank: [2] }), initFrom: "a", resume: true }]))).toThrow(
      /sweep: cannot go on with a training/,
    );
    expect(() => readConfiguration(file([swept({ rank: [2] }), { ...lora, name: "LoRA (rank 2)" }]))).toThrow(
      /Two runs are called "LoRA \(rank 2\)"/,
    );
    expect(() =>
      readConfiguration(file([swept({ learningRate: [1, 2e-38] })], { learningRateFactors: [1, 0.1] })),
    ).toThrow(/LoRA \(rate 2e-38\).*times the factor 0\.1/);
  });
});
