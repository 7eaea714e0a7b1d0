import { describe, expect, it } from "vitest";
import { GrowingTable, type TableSnapshot } from "../../../src/page/curves/growing-table";
import {
  addEvaluation,
  addStep,
  createCurves,
  recentSpeed,
  snapshotCurves,
  stepsToLoss,
  summarise,
} from "../../../src/page/curves/run-curves";
import { evaluation, step } from "./events";

describe("GrowingTable", () => {
  it("keeps every value while it grows, and a snapshot is a copy", () => {
    const table = new GrowingTable(["a", "b"]);
    for (let i = 0; i < 1000; i++) table.push({ a: i, b: -i });
    expect(table.length).toBe(1000);
    expect(table.column("a")[777]).toBe(777);
    expect(table.last("b")).toBe(-999);
    const copy = new GrowingTable(["a", "b"], structuredClone(table.snapshot()));
    table.push({ a: 1, b: 1 });
    expect(copy.length).toBe(1000);
    copy.push({ a: 5, b: 6 });
    expect([copy.length, copy.last("a"), copy.column("b")[999]]).toEqual([1001, 5, -999]);
  });

  it("has no numbers in a column that a snapshot of an earlier version lacks, and goes on with it", () => {
    const old = new GrowingTable(["a"]);
    for (let i = 0; i < 100; i++) old.push({ a: i });
    const table = new GrowingTable(["a", "b"], old.snapshot() as TableSnapshot<"a" | "b">);
    table.push({ a: 100, b: 7 });
    expect([...table.column("b").slice(0, 100)]).toEqual(new Array(100).fill(Number.NaN));
    expect([table.last("a"), table.last("b")]).toEqual([100, 7]);
  });

  it("takes 88 bytes for a step of a run, and twice that at most while it grows", () => {
    const curves = createCurves();
    const { steps } = curves;
    for (let i = 1; i <= 10_000; i++) addStep(curves, step("a", i, 0.5, { keptTokens: i, weightSum: 8 }));
    const bytes = (columns: Record<string, Float64Array>) =>
      Object.values(columns).reduce((sum, values) => sum + values.byteLength, 0);
    expect(bytes(steps.snapshot().columns)).toBe(88 * 10_000);
    const room = steps.names.reduce((sum, name) => sum + steps.column(name).buffer.byteLength, 0);
    expect(room).toBeLessThanOrEqual(2 * 88 * 10_000);
  });

  it("refuses a snapshot that is shorter than it says", () => {
    expect(() => new GrowingTable(["a"], { length: 3, columns: { a: new Float64Array(2) } })).toThrow("2 values");
  });
});

describe("curves of a run", () => {
  it("drops what came after when a run goes back to an earlier step", () => {
    const curves = createCurves();
    addEvaluation(curves, evaluation("r", 0, 0.7, 0.5));
    for (let n = 1; n <= 10; n++) addStep(curves, step("r", n, 1 / n));
    addEvaluation(curves, evaluation("r", 5, 0.5, 0.6));
    addEvaluation(curves, evaluation("r", 10, 0.4, 0.7));
    addStep(curves, step("r", 8, 0.3));
    expect([...curves.steps.column("step")]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(curves.steps.last("loss")).toBe(0.3);
    expect([...curves.evaluations.column("step")]).toEqual([0, 5]);
  });

  it("keeps an evaluation that arrives before the losses of its last steps", () => {
    const curves = createCurves();
    for (let n = 1; n <= 3; n++) addStep(curves, step("r", n, 1));
    addEvaluation(curves, evaluation("r", 5, 0.5, 0.6));
    addStep(curves, step("r", 4, 1));
    addStep(curves, step("r", 5, 1));
    expect([...curves.evaluations.column("step")]).toEqual([5]);
    addEvaluation(curves, evaluation("r", 5, 0.4, 0.6));
    expect([...curves.evaluations.column("loss")]).toEqual([0.4]);
  });

  it("measures speed over the run's own last steps", () => {
    const curves = createCurves();
    expect(recentSpeed(curves)).toBeNull();
    for (let n = 1; n <= 40; n++)
      addStep(curves, step("r", n, 1, { seconds: n <= 20 ? n : 20 + (n - 20) / 2, tokens: n * 30 }));
    const speed = recentSpeed(curves, 10);
    expect(speed?.secondsPerStep).toBeCloseTo(0.5, 12);
    expect(speed?.tokensPerSecond).toBeCloseTo(60, 12);
    expect(recentSpeed(curves, Number.POSITIVE_INFINITY)?.secondsPerStep).toBeCloseTo(29 / 39, 12);
  });

  it("finds best, last and the step a loss is reached; what is not a number is left out", () => {
    const curves = createCurves();
    [0.7, 0.5, 0.3, Number.NaN, 0.4].forEach((loss, i) => {
      addEvaluation(curves, evaluation("r", i * 10, loss, 1 - loss));
    });
    expect(summarise(curves, "loss", true)).toEqual({ best: 0.3, last: 0.4 });
    expect(summarise(curves, "accuracy", true).best).toBeCloseTo(0.7, 12);
    expect(stepsToLoss(curves, 0.5)).toBe(10);
    expect(stepsToLoss(curves, 0.1)).toBeNull();
  });

  it("counts what stood before the first step only where nothing is trained", () => {
    const curves = createCurves();
    addEvaluation(curves, evaluation("r", 0, 0.2, 0.9));
    expect(summarise(curves, "loss", true)).toEqual({ best: null, last: 0.2 });
    addEvaluation(curves, evaluation("r", 10, 0.5, 0.7));
    expect(summarise(curves, "loss", true)).toEqual({ best: 0.5, last: 0.5 });
    expect(summarise(curves, "accuracy", false)).toEqual({ best: 0.9, last: 0.7 });
    expect(stepsToLoss(curves, 0.5)).toBe(10);
    expect(stepsToLoss(curves, 0.3)).toBeNull();
  });

  it("survives structured cloning", () => {
    const curves = createCurves();
    addStep(curves, step("r", 1, 0.5));
    addEvaluation(curves, evaluation("r", 1, 0.6, 0.5));
    const again = createCurves(structuredClone(snapshotCurves(curves)));
    expect(again.steps.last("loss")).toBe(0.5);
    expect(again.evaluations.last("loss")).toBe(0.6);
  });
});
