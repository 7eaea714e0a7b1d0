import { describe, expect, test } from "vitest";
import { scheduleFactor, trainingSteps } from "../../../src/plan/schedule";

describe("the factor on the learning rate", () => {
  test.each(["linear", "cosine", "constant"] as const)(
    "%s: warm-up begins at 0 and reaches 1 after its steps",
    (kind) => {
      // 6 % of 50 steps are 3.
      const factors = [0, 1, 2, 3].map((step) => scheduleFactor({ kind, steps: 50, warmupRatio: 0.06 }, step));
      expect(factors).toEqual([0, 1 / 3, 2 / 3, 1]);
    },
  );

  test("the number of warm-up steps is rounded up", () => {
    const schedule = { kind: "constant", steps: 10, warmupRatio: 0.11 } as const;
    expect([0, 1, 2].map((step) => scheduleFactor(schedule, step))).toEqual([0, 0.5, 1]);
  });

  test("without warm-up the first update has the full rate", () => {
    for (const kind of ["linear", "cosine", "constant"] as const) {
      expect(scheduleFactor({ kind, steps: 10, warmupRatio: 0 }, 0)).toBe(1);
    }
  });

  test("decay is that of transformers", () => {
    const [total, warmup] = [40, 4];
    for (let step = warmup; step < total; step++) {
      const at = (kind: "linear" | "cosine" | "constant") =>
        scheduleFactor({ kind, steps: total, warmupRatio: 0.1 }, step);
      // get_linear_schedule_with_warmup
      expect(at("linear")).toBeCloseTo((total - step) / (total - warmup), 12);
      // get_cosine_schedule_with_warmup, half a cycle
      const progress = (step - warmup) / (total - warmup);
      expect(at("cosine")).toBeCloseTo(0.5 * (1 + Math.cos(Math.PI * 0.5 * 2 * progress)), 12);
      expect(at("constant")).toBe(1);
    }
    // Half-way, by hand: (40 − 22) / 36 and (1 + cos(π/2)) / 2.
    expect(scheduleFactor({ kind: "linear", steps: 40, warmupRatio: 0.1 }, 22)).toBe(0.5);
    expect(scheduleFactor({ kind: "cosine", steps: 40, warmupRatio: 0.1 }, 22)).toBeCloseTo(0.5, 12);
  });

  test("never below 0, nor without a number where everything is warm-up", () => {
    for (const kind of ["linear", "cosine"] as const) {
      expect(scheduleFactor({ kind, steps: 10, warmupRatio: 0 }, 10)).toBeCloseTo(0, 12);
      const warm = { kind, steps: 5, warmupRatio: 1 };
      expect([0, 1, 2, 3, 4].map((step) => scheduleFactor(warm, step))).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
    }
    expect(scheduleFactor({ kind: "linear", steps: 10, warmupRatio: 0 }, 12)).toBe(0);
  });
});

describe("how many steps", () => {
  test("steps win over epochs; epochs are rounded up to whole batches; three epochs without either", () => {
    expect(trainingSteps({ steps: 7, epochs: 2 }, 10)).toBe(7);
    expect(trainingSteps({ steps: null, epochs: 2 }, 10)).toBe(20);
    expect(trainingSteps({ steps: null, epochs: 0.25 }, 10)).toBe(3);
    expect(trainingSteps({ steps: null, epochs: 0.001 }, 10)).toBe(1);
    expect(trainingSteps({ steps: null, epochs: null }, 10)).toBe(30);
  });
});
