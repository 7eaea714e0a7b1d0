import { describe, expect, it } from "vitest";
import { smooth } from "../../../src/page/charts/smooth";

describe("smooth", () => {
  it("changes nothing at weight 0", () => {
    expect([...smooth([3, 1, 2], 0)]).toEqual([3, 1, 2]);
  });

  it("leaves a constant line constant from its first point: no bias towards zero", () => {
    for (const value of smooth(new Float64Array(50).fill(0.7), 0.97)) expect(value).toBeCloseTo(0.7, 12);
  });

  it("is the weighted mean of all values so far", () => {
    const values = [4, -2, 7, 1, 0.5];
    const weight = 0.6;
    const out = smooth(values, weight);
    values.forEach((_, n) => {
      let sum = 0;
      let total = 0;
      for (let i = 0; i <= n; i++) {
        sum += weight ** (n - i) * (values[i] as number);
        total += weight ** (n - i);
      }
      expect(out[n]).toBeCloseTo(sum / total, 12);
    });
  });

  it("passes what is not finite through and does not let it spread", () => {
    const out = smooth([1, Number.NaN, 3], 0.5);
    expect(out[1]).toBeNaN();
    expect(out[2]).toBeCloseTo((0.5 * 1 + 3) / 1.5, 12);
  });
});
