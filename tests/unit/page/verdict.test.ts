import { describe, expect, it } from "vitest";
import { placeOf, verdictAxis } from "../../../src/page/verdict/verdict-scale";
import {
  describeGround,
  formatChance,
  formatDifference,
  formatInterval,
  formatRange,
  setSentences,
} from "../../../src/page/verdict/verdict-words";
import { remarkWords } from "../../../src/verdict/remark-words";
import type { Verdict } from "../../../src/worker/api";

const verdict: Verdict = {
  ...{ metric: "accuracy", metricChangedAfterTraining: false, part: "test", rows: 31, looks: 1 },
  runs: [[0.63, 0.467, 0.8] as const, [0.4, 0.23, 0.58] as const].map(([value, low, high], index) => ({
    ...{ run: `run ${index}`, kind: "tuned", seeds: 1, parameters: 10, remarks: [] },
    ...{ value, low, high },
  })),
  ...{ pairs: [], chance: 1 / 6, majority: null, needed: null, leftOut: [], sentences: ["They are level."] },
  ...{ againstMajority: null, claims: [], onlyLabel: null },
};

describe("the verdict's words", () => {
  it("say what it is of", () => {
    expect(describeGround(verdict, { dataTitle: "Question types", modelName: "small-base" })).toBe(
      "on 31\u00a0test rows of Question types · small-base",
    );
  });

  it("set the first clause apart, and keep numbers with their signs", () => {
    expect(setSentences(["No run is ahead. LoRA has 36.7 % of 3.5 rows. So.", "With 31 rows."])).toEqual({
      headline: "No run is ahead.",
      lines: ["LoRA has 36.7\u00a0% of 3.5 rows. So.", "With 31 rows."],
    });
    expect(setSentences(["LoRA has 36.7 %."])).toEqual({ headline: "LoRA has 36.7\u00a0%.", lines: [] });
    expect(setSentences([])).toEqual({ headline: "", lines: [] });
  });

  it("write intervals and differences in the metric's unit", () => {
    expect(formatInterval("accuracy", verdict.runs[0]!)).toBe("46.7 to 80.0\u00a0%");
    expect(formatInterval("spearman", { low: -0.1, high: 0.25 })).toBe("-0.100 to 0.250");
    expect(formatDifference("accuracy", 0.0321)).toBe("+3.2\u00a0points");
    expect(formatDifference("accuracy", -0.0321)).toBe("−3.2\u00a0points");
    expect(formatDifference("accuracy", -0.0001)).toBe("0.0\u00a0points");
    expect(formatDifference("spearman", -0.0411)).toBe("−0.041");
    expect(formatDifference("rmse", 0.5)).toBe("+0.5000");
    expect(formatRange("accuracy", { low: -0.01, high: 0.074 })).toBe("−1.0 to +7.4\u00a0points");
  });

  it("never write a p value as zero", () => {
    expect([0, 0.0004, 0.001, 0.049, 1].map(formatChance)).toEqual([
      "<\u00a00.001",
      "<\u00a00.001",
      "0.001",
      "0.049",
      "1.000",
    ]);
  });

  it("say every remark", () => {
    expect(
      [
        { kind: "one answer", answer: "ham" } as const,
        { kind: "has not moved" } as const,
        { kind: "still falling" } as const,
        { kind: "learning by heart", bestStep: 1200 } as const,
      ].map(remarkWords),
    ).toEqual([
      "says “ham” to every row",
      "has not moved",
      "still learning: train longer",
      "learning by heart: step 1,200 was best",
    ]);
  });
});

describe("the verdict's scale", () => {
  it("encloses intervals and levels of guessing, and no share beyond 1", () => {
    const axis = verdictAxis(verdict);
    expect(axis.domain[0]).toBeLessThanOrEqual(1 / 6);
    expect(axis.domain[1]).toBeGreaterThanOrEqual(0.8);
    const runs = verdict.runs.map((run) => ({ ...run, value: 1, low: 0.99, high: 1 }));
    const { domain, ticks } = verdictAxis({ ...verdict, runs, chance: null });
    expect(domain[1]).toBe(1);
    expect(Math.max(...ticks)).toBeLessThanOrEqual(1);
  });

  it("places its ends just within the plot", () => {
    const axis = { domain: [0.2, 0.8] as [number, number], ticks: [] };
    expect(placeOf(axis, 0.2)).toBeCloseTo(3, 12);
    expect(placeOf(axis, 0.8)).toBeCloseTo(97, 12);
    expect(placeOf(axis, 0.5)).toBeCloseTo(50, 12);
  });
});
