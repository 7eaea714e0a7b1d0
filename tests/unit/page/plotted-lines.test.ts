import { describe, expect, it } from "vitest";
import { linePath, whiskerPath } from "../../../src/page/charts/line-path";
import {
  comparableLosses,
  horizontalAxis,
  plottedLines,
  plottedRuns,
  verticalAxis,
} from "../../../src/page/charts/plotted-lines";
import {
  addEvaluation,
  addStep,
  type CurvesSnapshot,
  createCurves,
  snapshotCurves,
} from "../../../src/page/curves/run-curves";
import type { Comparison, RunRecord } from "../../../src/page/store/state";
import { comparison, evaluation, record, step } from "./events";

function trained(name: string, steps: number) {
  const run = record(name, { key: `${name}-key` });
  for (let n = 1; n <= steps; n++) addStep(run.curves, step(name, n, 2 / n));
  addEvaluation(run.curves, evaluation(name, 0, 0.7, 0.5));
  addEvaluation(run.curves, evaluation(name, steps, 0.5, 0.8));
  return run;
}

describe("what a chart draws", () => {
  const now = comparison([trained("a", 40), trained("b", 2000)]);
  const before = comparison([trained("old", 10)]);

  it("puts past runs underneath and leaves hidden ones out", () => {
    const runs = plottedRuns(now, [before], new Set(["a-key"]));
    expect(runs.map(({ run, faded }) => [run.name, faded])).toEqual([
      ["old", true],
      ["b", false],
    ]);
  });

  it("draws past runs of the same rows and model alone", () => {
    const { configuration } = before;
    const other = (id: string, fields: Partial<Comparison>) => ({
      ...comparison([trained(id, 10)], { id, ...fields }),
    });
    const past = [
      before,
      other("columns", {
        configuration: {
          ...configuration,
          data: { ...configuration.data, columns: { text: "other", textPair: null, label: "label" } },
        },
      }),
      other("model", { configuration: { ...configuration, model: "bundled:other" } }),
      other("split", { configuration: { ...configuration, training: { ...configuration.training, seed: 1 } } }),
      other("file", { dataFiles: [{ file: "t.csv", rows: 3, bytes: 30 }] }),
      other("length", { configuration: { ...configuration, training: { ...configuration.training, steps: 7 } } }),
    ];
    expect(plottedRuns(now, past, new Set()).map(({ run }) => run.name)).toEqual(["length", "old", "a", "b"]);
    // Without a current one, the newest says what the others are held to, and is drawn as one.
    expect(plottedRuns(null, past, new Set()).map(({ run, faded }) => [run.name, faded])).toEqual([
      ["length", true],
      ["old", false],
    ]);
  });

  it("draws at most 800 points a line, but keeps every value for reading off", () => {
    const [line] = plottedLines(plottedRuns(now, [], new Set(["a-key"])), "training-loss", "step", 0.9);
    expect(line?.strong.length).toBeLessThanOrEqual(800);
    expect(line?.faint?.length).toBeLessThanOrEqual(800);
    expect(line?.ys.length).toBe(2000);
    expect(line?.ys[0]).toBe(2);
    expect(line?.faint?.[0]).toEqual({ x: 1, y: 2 });
  });

  it("draws by operations what has counted them, and leaves out what has not", () => {
    const old = trained("uncounted", 0);
    const { steps, evaluations } = snapshotCurves(trained("b", 5).curves);
    const without = <Table extends { columns: object }>(table: Table) => {
      const { flops: _, ...columns } = table.columns as Record<string, Float64Array>;
      return { ...table, columns };
    };
    const snapshot = { steps: without(steps), evaluations: without(evaluations) } as CurvesSnapshot;
    const runs = plottedRuns(comparison([trained("a", 40), { ...old, curves: createCurves(snapshot) }]), [], new Set());
    for (const quantity of ["training-loss", "validation-loss", "accuracy"] as const) {
      const lines = plottedLines(runs, quantity, "flops", 0);
      expect(lines.map(({ run }) => run.name)).toEqual(["a"]);
      expect(lines[0]!.xs.at(-1)).toBe(40_000);
    }
    expect(horizontalAxis(runs, "flops", 40).domain).toEqual([0, 40_000]);
    expect(plottedLines(runs, "accuracy", "seconds", 0)).toHaveLength(2);
  });

  it("leaves out losses that are other figures than a trained head's", () => {
    const asked = trained("asked", 3);
    const zeroShot = { ...asked, configuration: { ...asked.configuration, method: "zero-shot" } };
    const runs = plottedRuns(comparison([trained("a", 3), zeroShot]), [], new Set());
    expect(comparableLosses(runs, new Set(["zero-shot"])).map(({ run }) => run.name)).toEqual(["a"]);
    expect(comparableLosses(runs, new Set()).map(({ run }) => run.name)).toEqual(["a", "asked"]);
  });

  it("draws what is not trained level, as far as the others have come, by whatever is counted", () => {
    const answerer = record("asked", { learningRate: null });
    addEvaluation(answerer.curves, { ...evaluation("asked", 0, 0.9, 0.6), tokens: 0, seconds: 0, flops: 0 });
    addEvaluation(answerer.curves, { ...evaluation("asked", 40, 0.9, 0.6), tokens: 0, seconds: 0, flops: 0 });
    const other = trained("a", 40);
    const runs = plottedRuns(comparison([other, answerer]), [], new Set());
    for (const unit of ["step", "tokens", "seconds", "flops"] as const) {
      const [, level] = plottedLines(runs, "accuracy", unit, 0);
      const end = Math.max(other.curves.steps.last(unit)!, other.curves.evaluations.last(unit)!);
      expect(end).toBeGreaterThan(0);
      expect([...level!.xs], unit).toEqual([0, end]);
      expect([...level!.ys]).toEqual([0.6, 0.6]);
      expect([...level!.steps]).toEqual([0, 40]);
      expect(level!.strong.map(({ x }) => x)).toEqual([0, end]);
    }
    const alone = plottedRuns(comparison([answerer]), [], new Set());
    expect(plottedLines(alone, "accuracy", "tokens", 0)[0]!.ys.length).toBeGreaterThan(0);
    expect(plottedLines(runs, "training-loss", "step", 0)).toHaveLength(1);
  });

  it("smooths training loss only", () => {
    const runs = plottedRuns(now, [], new Set());
    expect(plottedLines(runs, "training-loss", "step", 0)[0]?.faint).toBeNull();
    expect(plottedLines(runs, "validation-loss", "step", 0.9)[0]?.faint).toBeNull();
    expect(plottedLines(runs, "accuracy", "tokens", 0.9)[0]?.strong).toEqual([
      { x: 0, y: 0.5 },
      { x: 400, y: 0.8 },
    ]);
  });

  it("reaches as far as the longest run, or as planned", () => {
    const runs = plottedRuns(now, [], new Set());
    expect(horizontalAxis(runs, "step", 0).domain).toEqual([0, 2000]);
    expect(horizontalAxis(runs, "step", 5000).domain).toEqual([0, 5000]);
    expect(horizontalAxis(runs, "seconds", 5000).domain).toEqual([0, 200]);
    expect(horizontalAxis([], "step", 0).domain).toEqual([0, 1]);
  });

  it("encloses all values, accuracy never above 1", () => {
    const runs = plottedRuns(now, [], new Set());
    const loss = verticalAxis(plottedLines(runs, "training-loss", "step", 0.5), "training-loss", false);
    expect(loss.domain[0]).toBeLessThanOrEqual(0.001);
    expect(loss.domain[1]).toBeGreaterThanOrEqual(2);
    const accuracy = verticalAxis(plottedLines(runs, "accuracy", "step", 0), "accuracy", false);
    expect(accuracy.domain[1]).toBeLessThanOrEqual(1);
    expect(verticalAxis([], "training-loss", true)).toEqual({ domain: [0, 1], ticks: [0, 0.5, 1] });
  });
});

describe("how sure a point is", () => {
  const single = trained("a", 40);
  const lines = (
    runs: RunRecord[],
    quantity: "accuracy" | "f1" | "validation-loss",
    fields: Partial<Comparison> = {},
  ) => plottedLines(plottedRuns(comparison(runs, fields), [], new Set()), quantity, "step", 0);

  it("is Wilson's interval of a share of rows, at every evaluation", () => {
    const [line] = lines([single], "accuracy");
    expect(line!.intervals!.of).toBe("rows");
    // statsmodels' proportion_confint(5, 10, method="wilson") and (8, 10).
    expect([...line!.intervals!.low]).toEqual([expect.closeTo(0.2365931, 6), expect.closeTo(0.4901625, 6)]);
    expect([...line!.intervals!.high]).toEqual([expect.closeTo(0.7634069, 6), expect.closeTo(0.9433178, 6)]);
    const { domain } = verticalAxis([line!], "accuracy", false);
    expect(domain[0]).toBeLessThanOrEqual(0.2365931);
    expect(domain[1]).toBeGreaterThanOrEqual(0.9433178);
  });

  it("is not made up for anything else", () => {
    expect(lines([single], "validation-loss")[0]!.intervals).toBeNull();
    expect(lines([single], "f1")[0]!.intervals).toBeNull();
  });

  it("is the verdict's own of another metric, at the point that it is of", () => {
    const judged = { run: "a", value: 0.8, low: 0.55, high: 0.9 };
    const verdict = (fields: object) =>
      ({ verdict: { metric: "f1", part: "validation", runs: [judged], ...fields } }) as unknown as Partial<Comparison>;
    const [line] = lines([single], "f1", verdict({}));
    expect([...line!.intervals!.low]).toEqual([Number.NaN, 0.55]);
    expect([...line!.intervals!.high]).toEqual([Number.NaN, 0.9]);
    for (const other of [{ metric: "recall" }, { part: "test" }, { runs: [{ ...judged, value: 0.79 }] }]) {
      expect(lines([single], "f1", verdict(other))[0]!.intervals, JSON.stringify(other)).toBeNull();
    }
  });

  it("has whiskers beside those of other lines, within the plot; where evaluations are close, at the last one", () => {
    const intervals = { low: [1, 2, 3, Number.NaN], high: [2, 3, 4, Number.NaN] };
    const path = (xs: number[], place: number, of: number, right = 200) =>
      whiskerPath(xs, intervals, Number, Number, { place, of }, [0, right]);
    expect(path([0, 50, 100, 150], 0, 1).match(/V/g)).toHaveLength(3);
    expect(path([20, 50, 100, 150], 0, 2)).toContain("M97.5,4.0V3.0");
    expect(path([20, 50, 100, 150], 1, 2)).toContain("M102.5,4.0V3.0");
    // At the edges both move inwards.
    expect(path([0, 50, 100, 150], 0, 2)).toContain("M0.0,2.0V1.0");
    expect(path([0, 50, 100, 150], 1, 2, 100)).toContain("M100.0,4.0V3.0");
    expect(path([90, 95, 100, 105], 0, 1)).toBe("M97.5,4.0h5M97.5,3.0h5M100.0,4.0V3.0");
  });
});

describe("the vertical axis of a chart with levels of guessing", () => {
  const lines = (low: number, high: number) => {
    const run = record("a");
    addEvaluation(run.curves, { ...evaluation("a", 0, 1, low), f1: low });
    addEvaluation(run.curves, { ...evaluation("a", 10, 1, high), f1: high });
    return plottedLines(plottedRuns(comparison([run]), [], new Set()), "f1", "step", 0);
  };

  it("encloses a level while the lines stay readable, and leaves it out where they would not", () => {
    expect(verticalAxis(lines(0.5, 0.8), "f1", false, [0.3]).domain[0]).toBeLessThanOrEqual(0.3);
    expect(verticalAxis(lines(0.9, 0.92), "f1", false, [0.1]).domain[0]).toBeGreaterThan(0.8);
    expect(verticalAxis(lines(0.9, 0.92), "f1", false, [0.89]).domain[0]).toBeLessThanOrEqual(0.89);
  });
});

describe("linePath", () => {
  it("interrupts the line where a point has no place", () => {
    const points = [1, 10, 0, 100].map((y, x) => ({ x, y }));
    expect(linePath(points, (x) => x * 10, Math.log10)).toBe("M0.0,0.0L10.0,1.0M30.0,2.0");
    expect(linePath([], Number, Number)).toBe("");
  });
});

describe("several seeds of a run", () => {
  const seeds = [0, 1].map((seed) => {
    const name = `a (seed ${seed})`;
    const run = record(name, {
      key: name,
      variant: { name, run: "a", group: "a", seed, split: 0, learningRateFactor: 1 },
    });
    // The second seed is one step behind.
    for (let n = 1; n <= 3 - seed; n++) addStep(run.curves, step(name, n, n + 2 * seed));
    return run;
  });

  it("are one line: their mean, as far as all have come, within one standard deviation", () => {
    const lines = plottedLines(plottedRuns(comparison(seeds), [], new Set()), "training-loss", "step", 0);
    expect(lines.map(({ run }) => run.name)).toEqual(["a"]);
    const [line] = lines;
    expect([...line!.steps]).toEqual([1, 2]);
    expect([...line!.ys]).toEqual([2, 3]);
    const { of, low, high } = line!.intervals!;
    expect(of).toBe("seeds");
    for (const [index, mean] of [2, 3].entries()) {
      expect(high[index]! - mean).toBeCloseTo(Math.SQRT2, 12);
      expect(mean - low[index]!).toBeCloseTo(Math.SQRT2, 12);
    }
    const { domain } = verticalAxis(lines, "training-loss", false);
    expect(domain[0]).toBeLessThanOrEqual(2 - Math.SQRT2);
    expect(domain[1]).toBeGreaterThanOrEqual(3 + Math.SQRT2);
  });

  it("leave the one that is shown alone under its own name", () => {
    const runs = plottedRuns(comparison(seeds), [], new Set(["a (seed 0)"]));
    const [line] = plottedLines(runs, "training-loss", "step", 0);
    expect(line).toMatchObject({ run: { name: "a (seed 1)" }, intervals: null });
  });
});
