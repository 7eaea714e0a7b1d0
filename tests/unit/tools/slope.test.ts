import { describe, expect, it } from "vitest";
import { slopeOf } from "../../../bench/soak/slope";

describe("a line through measurements", () => {
  it("has the slope and interval that scipy's linregress and its t distribution give", () => {
    const { slope, low, high } = slopeOf([1, 2, 4, 7, 11, 12.5], [3.1, 2.9, 5.2, 4.8, 9.9, 8.7]);
    expect(slope).toBeCloseTo(0.5732004429678847, 12);
    expect(low).toBeCloseTo(0.2756028475516997, 9);
    expect(high).toBeCloseTo(0.8707980383840698, 9);
  });

  it.each([
    [
      [1, 2],
      [1, 2],
    ],
    [
      [3, 3, 3],
      [1, 2, 3],
    ],
  ])("of points at %j there is none", (x, y) => {
    expect(() => slopeOf(x, y)).toThrow(/no slope/);
  });
});
