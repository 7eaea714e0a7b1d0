import { describe, expect, test } from "vitest";
import type { ModelFacts } from "../../../src/methods/method";
import { families } from "../../../src/models/registry";
import {
  peakLearningRate,
  scheduleFactor,
  sharedHeadRate,
  trainingSteps,
  warmupSteps,
} from "../../../src/plan/schedule";

describe("the factor on the learning rate", () => {
  test.each(["linear", "cosine", "constant"] as const)(
    "%s: warm-up begins at 0 and reaches 1 after its steps",
    (kind) => {
      // 6 % of 50 steps are 3.
      const factors = [0, 1, 2, 3].map((step) =>
        scheduleFactor({ kind, steps: 50, warmupRatio: 0.06, leastWarmupSteps: 0 }, step),
      );
      expect(factors).toEqual([0, 1 / 3, 2 / 3, 1]);
    },
  );

  test("the number of warm-up steps is rounded up", () => {
    const schedule = { kind: "constant", steps: 10, warmupRatio: 0.11, leastWarmupSteps: 0 } as const;
    expect([0, 1, 2].map((step) => scheduleFactor(schedule, step))).toEqual([0, 0.5, 1]);
  });

  test("without warm-up the first update has the full rate", () => {
    for (const kind of ["linear", "cosine", "constant"] as const) {
      expect(scheduleFactor({ kind, steps: 10, warmupRatio: 0, leastWarmupSteps: 0 }, 0)).toBe(1);
    }
  });

  test("decay is that of transformers", () => {
    const [total, warmup] = [40, 4];
    for (let step = warmup; step < total; step++) {
      const at = (kind: "linear" | "cosine" | "constant") =>
        scheduleFactor({ kind, steps: total, warmupRatio: 0.1, leastWarmupSteps: 0 }, step);
      // get_linear_schedule_with_warmup
      expect(at("linear")).toBeCloseTo((total - step) / (total - warmup), 12);
      // get_cosine_schedule_with_warmup, half a cycle
      const progress = (step - warmup) / (total - warmup);
      expect(at("cosine")).toBeCloseTo(0.5 * (1 + Math.cos(Math.PI * 0.5 * 2 * progress)), 12);
      expect(at("constant")).toBe(1);
    }
    // Half-way, by hand: (40 − 22) / 36 and (1 + cos(π/2)) / 2.
    expect(scheduleFactor({ kind: "linear", steps: 40, warmupRatio: 0.1, leastWarmupSteps: 0 }, 22)).toBe(0.5);
    expect(scheduleFactor({ kind: "cosine", steps: 40, warmupRatio: 0.1, leastWarmupSteps: 0 }, 22)).toBeCloseTo(
      0.5,
      12,
    );
  });

  test("never below 0, nor without a number where everything is warm-up", () => {
    for (const kind of ["linear", "cosine"] as const) {
      expect(scheduleFactor({ kind, steps: 10, warmupRatio: 0, leastWarmupSteps: 0 }, 10)).toBeCloseTo(0, 12);
      const warm = { kind, steps: 5, warmupRatio: 1, leastWarmupSteps: 0 };
      // A warm-up of all steps would end before the peak: the last step is at it.
      expect([0, 1, 2, 3, 4].map((step) => scheduleFactor(warm, step))).toEqual([0, 0.25, 0.5, 0.75, 1]);
    }
    expect(scheduleFactor({ kind: "linear", steps: 10, warmupRatio: 0, leastWarmupSteps: 0 }, 12)).toBe(0);
  });
});

describe("the steps of the warm-up", () => {
  test.each([
    // A share of the steps, where that is more than 10.
    [400, 0.06, 24],
    // Ten, where the share is less and a quarter of the steps is not.
    [100, 0.06, 10],
    [40, 0, 10],
    // A quarter, rounded down: the first update of a warm-up is at rate 0, so a single step has
    // none.
    [39, 0, 9],
    [20, 0.06, 5],
    [3, 0, 0],
    [1, 0, 0],
    // A share of one step is that step; it is trained at the full rate all the same.
    [1, 0.06, 0],
    [2, 1, 1],
  ])("of %i steps with a share of %d are %i", (steps, warmupRatio, expected) => {
    expect(warmupSteps({ steps, warmupRatio, leastWarmupSteps: 10 })).toBe(expected);
  });

  test("the factors are those of transformers with as many warm-up steps", () => {
    // get_linear_schedule_with_warmup(optimizer, num_warmup_steps=5, num_training_steps=20)
    const schedule = { kind: "linear", steps: 20, warmupRatio: 0.06, leastWarmupSteps: 10 } as const;
    const factors = Array.from({ length: 20 }, (_, step) => scheduleFactor(schedule, step));
    expect(factors.slice(0, 7)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1, 14 / 15]);
    expect(factors[19]).toBeCloseTo(1 / 15, 12);
  });
});

describe("peak rates", () => {
  const config = { hiddenSize: 2048 } as ModelFacts["config"];
  const model = { family: families[0]!, config };
  const training = { learningRate: undefined, headLearningRate: 0.02 };
  const asAdapter = { learningRate: undefined, headLearningRate: "adapter" } as const;

  test("the head's is one for all runs, beside the adapter's own", () => {
    expect(peakLearningRate({ method: "lora" }, training, model)).toBe(3e-4);
    expect(sharedHeadRate({ method: "lora" }, training)).toBe(0.02);
    expect(sharedHeadRate({ method: "full" }, training)).toBe(0.02);
    expect(sharedHeadRate({ method: "lora" }, asAdapter)).toBeNull();
  });

  test("a run of the head alone learns at the head's, unless it has one of its own", () => {
    for (const method of ["linear-probe", "hard-text"]) {
      expect(peakLearningRate({ method }, training, model)).toBe(0.02);
      expect(peakLearningRate({ method }, { ...training, learningRate: 0.5 }, model)).toBe(0.02);
      expect(peakLearningRate({ method, learningRate: 0.1 }, training, model)).toBe(0.1);
      expect(sharedHeadRate({ method }, training)).toBeNull();
      expect(peakLearningRate({ method }, asAdapter, model)).toBe(1e-3);
      expect(peakLearningRate({ method }, { ...asAdapter, learningRate: 0.5 }, model)).toBe(0.5);
    }
  });

  test("a method that is about the head's rate keeps its factor; what trains nothing has none", () => {
    expect(sharedHeadRate({ method: "ptec" }, training)).toBeNull();
    expect(sharedHeadRate({ method: "zero-shot" }, training)).toBeNull();
    expect(peakLearningRate({ method: "zero-shot" }, training, model)).toBe(0);
  });
});

describe("how many steps", () => {
  test("steps win over epochs; epochs are rounded up to whole batches; three epochs without either", () => {
    expect(trainingSteps({ steps: 7, epochs: 2 }, 10)).toBe(7);
    expect(trainingSteps({ steps: null, epochs: 2 }, 10)).toBe(20);
    expect(trainingSteps({ steps: null, epochs: 0.25 }, 10)).toBe(3);
    expect(trainingSteps({ steps: null, epochs: 0.001 }, 10)).toBe(1);
    expect(trainingSteps({ steps: null, epochs: null }, 10)).toBe(30);
    expect(() => trainingSteps({ steps: null, epochs: 1_000_000 }, 20_000)).toThrow(
      "1000000 epochs of 20000 batches are 20000000000 steps; there may be 1000000000.",
    );
  });
});
