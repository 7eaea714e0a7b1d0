import { describe, expect, it } from "vitest";
import { linePath } from "../../../src/page/charts/line-path";
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
import type { Comparison } from "../../../src/page/store/state";
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
    // Without a current one, the newest says what the others are held to.
    expect(plottedRuns(null, past, new Set()).map(({ run }) => run.name)).toEqual(["length", "old"]);
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

  it("are one line: their mean, as far as all have come, in a band of one standard deviation", () => {
    const lines = plottedLines(plottedRuns(comparison(seeds), [], new Set()), "training-loss", "step", 0);
    expect(lines.map(({ run }) => run.name)).toEqual(["a"]);
    const [line] = lines;
    expect([...line!.steps]).toEqual([1, 2]);
    expect([...line!.ys]).toEqual([2, 3]);
    for (const deviation of line!.spread!.deviations) expect(deviation).toBeCloseTo(Math.SQRT2, 12);
    expect(line!.spread!.band[0]).toEqual({ x: 1, low: 2 - Math.SQRT2, high: 2 + Math.SQRT2 });
    const { domain } = verticalAxis(lines, "training-loss", false);
    expect(domain[0]).toBeLessThanOrEqual(2 - Math.SQRT2);
    expect(domain[1]).toBeGreaterThanOrEqual(3 + Math.SQRT2);
  });

  it("leave the one that is shown alone under its own name", () => {
    const runs = plottedRuns(comparison(seeds), [], new Set(["a (seed 0)"]));
    const [line] = plottedLines(runs, "training-loss", "step", 0);
    expect(line).toMatchObject({ run: { name: "a (seed 1)" }, spread: null });
  });
});
