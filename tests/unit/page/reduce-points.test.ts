import { describe, expect, it } from "vitest";
import { nearestIndex, reducePoints } from "../../../src/page/charts/reduce-points";

describe("reducePoints", () => {
  it("keeps a short line as it is", () => {
    expect(reducePoints([1, 2, 3], [5, 4, 6])).toEqual([
      { x: 1, y: 5 },
      { x: 2, y: 4 },
      { x: 3, y: 6 },
    ]);
  });

  it("never gives more than the limit, keeps both ends and the order", () => {
    for (const length of [799, 800, 801, 1607, 12_345]) {
      const xs = Float64Array.from({ length }, (_, i) => i);
      const ys = xs.map((x) => Math.sin(x * 12.9898) * 43758.5453 - Math.floor(Math.sin(x * 12.9898) * 43758.5453));
      const points = reducePoints(xs, ys);
      expect(points.length).toBeLessThanOrEqual(800);
      expect(points.length).toBeGreaterThan(Math.min(length, 800) * 0.9);
      expect(points[0]).toEqual({ x: 0, y: ys[0] });
      expect(points.at(-1)).toEqual({ x: length - 1, y: ys[length - 1] });
      for (let i = 1; i < points.length; i++) expect(points[i]?.x).toBeGreaterThan(points[i - 1]?.x as number);
    }
  });

  it("loses no spike, up or down", () => {
    const length = 10_007;
    const xs = Float64Array.from({ length }, (_, i) => i);
    const ys = new Float64Array(length);
    ys[4321] = 9;
    ys[4322] = -9;
    ys[9999] = 7;
    const points = reducePoints(xs, ys, 100);
    expect(points).toContainEqual({ x: 4321, y: 9 });
    expect(points).toContainEqual({ x: 4322, y: -9 });
    expect(points).toContainEqual({ x: 9999, y: 7 });
  });

  it("leaves out what is not finite", () => {
    expect(reducePoints([1, 2, 3, 4], [1, Number.NaN, Number.POSITIVE_INFINITY, 2])).toEqual([
      { x: 1, y: 1 },
      { x: 4, y: 2 },
    ]);
    expect(reducePoints([1], [Number.NaN])).toEqual([]);
    expect(reducePoints([], [])).toEqual([]);
  });

  it("refuses a limit no line fits into", () => {
    expect(() => reducePoints([1], [1], 3)).toThrow("at least 4");
  });
});

describe("nearestIndex", () => {
  it("finds the nearest, the earlier of two equally near", () => {
    const xs = [0, 10, 20, 40];
    expect([-5, 0, 4, 5, 6, 19, 31, 99].map((x) => nearestIndex(xs, x))).toEqual([0, 0, 0, 0, 1, 2, 3, 3]);
    expect(nearestIndex([], 1)).toBe(-1);
  });
});
