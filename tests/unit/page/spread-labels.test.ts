import { describe, expect, it } from "vitest";
import { roomFor, spreadLabels } from "../../../src/page/charts/spread-labels";

describe("labels beside a chart", () => {
  it("stay where they belong while they have room", () => {
    expect(spreadLabels([10, 100, 50], 15, 0, 200)).toEqual([10, 100, 50]);
    expect(spreadLabels([], 15, 0, 200)).toEqual([]);
  });

  it("move apart evenly around where they belong", () => {
    expect(spreadLabels([100, 100], 16, 0, 200)).toEqual([92, 108]);
    expect(spreadLabels([100, 104, 20], 16, 0, 200)).toEqual([94, 110, 20]);
  });

  it("stay between the ends, and in order", () => {
    expect(spreadLabels([0, 0, 0], 20, 0, 200)).toEqual([0, 20, 40]);
    expect(spreadLabels([200, 199, 60], 20, 0, 200)).toEqual([200, 180, 60]);
    // As many as fit.
    expect(spreadLabels([5, 5, 5], 20, 0, 40)).toEqual([0, 20, 40]);
  });

  it("never overlap, wherever they belong, and move no further than they must", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    for (let round = 0; round < 200; round++) {
      const wanted = Array.from({ length: 1 + Math.floor(random() * 12) }, () => random() * 260);
      const placed = spreadLabels(wanted, 15, 4, 256);
      const sorted = placed.toSorted((a, b) => a - b);
      for (const [index, centre] of sorted.entries()) {
        expect(centre).toBeGreaterThanOrEqual(4 - 1e-9);
        expect(centre).toBeLessThanOrEqual(256 + 1e-9);
        if (index > 0) expect(centre - sorted[index - 1]!).toBeGreaterThanOrEqual(15 - 1e-9);
      }
      // No single label can be nearer to where it belongs with the others where they are.
      for (const [index, centre] of placed.entries()) {
        const others = placed.filter((_, other) => other !== index);
        const better = centre + 0.01 * Math.sign(wanted[index]! - centre);
        const isFree = better >= 4 && better <= 256 && others.every((other) => Math.abs(other - better) >= 15);
        if (Math.abs(wanted[index]! - centre) > 0.02) expect(isFree, `${wanted}`).toBe(false);
      }
    }
  });

  it("say how many fit, and refuse more", () => {
    expect(roomFor(15, 0, 45)).toBe(4);
    expect(roomFor(15, 10, 0)).toBe(0);
    expect(() => spreadLabels([1, 2, 3, 4, 5], 15, 0, 45)).toThrow("5 labels 15 apart need more than the 45 pixels");
  });
});
