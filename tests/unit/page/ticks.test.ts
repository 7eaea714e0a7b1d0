import { describe, expect, it } from "vitest";
import { linearAxis, logAxis, openAxis } from "../../../src/page/charts/ticks";

describe("axes", () => {
  it("ends a linear axis on round numbers that enclose the data", () => {
    expect(linearAxis(0.23, 0.81)).toEqual({ domain: [0.2, 1], ticks: [0.2, 0.4, 0.6, 0.8, 1] });
    const flat = linearAxis(0.5, 0.5);
    expect(flat.domain[0]).toBeLessThanOrEqual(0.5);
    expect(flat.domain[1]).toBeGreaterThan(flat.domain[0]);
    expect(linearAxis(0, 0).domain[1]).toBeGreaterThan(0);
  });

  it("takes values that differ in their last bit as one: no two ticks fall on one place", () => {
    const [low, high] = [1.794, 1.794 + Number.EPSILON];
    expect(high).toBeGreaterThan(low);
    const { domain, ticks } = linearAxis(low, high);
    expect(new Set(ticks).size).toBe(ticks.length);
    expect(domain[1] - domain[0]).toBeGreaterThan(0.1);
  });

  it("counts steps in whole ticks, however few they are", () => {
    expect(openAxis(0, 12, { whole: true }).ticks).toEqual([0, 5, 10]);
    expect(openAxis(0, 2, { whole: true }).ticks).toEqual([0, 1, 2]);
    expect(openAxis(0, 125, { whole: true }).ticks).toEqual([0, 25, 50, 75, 100, 125]);
    expect(openAxis(0, 12).ticks).toEqual([0, 2.5, 5, 7.5, 10]);
  });

  it("ends an open axis with the data", () => {
    expect(openAxis(0, 230)).toEqual({ domain: [0, 230], ticks: [0, 50, 100, 150, 200] });
    expect(openAxis(0, 0).domain[1]).toBeGreaterThan(0);
  });

  it("encloses the data on a logarithmic axis", () => {
    expect(logAxis(0.03, 0.9)).toEqual({ domain: [0.02, 1], ticks: [0.02, 0.05, 0.1, 0.2, 0.5, 1] });
    expect(logAxis(0.0004, 3)).toEqual({ domain: [0.0001, 10], ticks: [0.0001, 0.001, 0.01, 0.1, 1, 10] });
    const flat = logAxis(1, 1);
    expect(flat.domain[1]).toBeGreaterThan(flat.domain[0]);
  });
});
