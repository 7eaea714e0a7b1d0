import { describe, expect, test } from "vitest";
import { eventLine, PlainProgress } from "../../../bin/headless/progress";
import type { EvaluationEvent, StepEvent, StudioEvent } from "../../../src/worker/api";

const memoryBytes = {
  weights: 0,
  adapter: 0,
  gradients: 0,
  optimizer: 0,
  activations: 0,
  cache: 0,
  runtime: 0,
  onnxruntime: 0,
  total: 0,
};

function step(run: string, step: number, loss: number): StepEvent {
  return {
    type: "step",
    run,
    step,
    epoch: 0,
    loss,
    learningRate: 0,
    gradNorm: 0,
    tokens: 0,
    seconds: 0,
    flops: 0,
    memoryBytes,
  };
}

function evaluation(run: string, step: number): EvaluationEvent {
  return {
    type: "evaluation",
    run,
    step,
    split: "validation",
    loss: 0.43214,
    accuracy: 0.912,
    f1: 0.9,
    rows: 10,
    tokens: 0,
    seconds: 0,
    flops: 0,
  };
}

describe("event lines", () => {
  test("say where a metric is not defined", () => {
    const { accuracy: _, f1: __, ...own } = evaluation("lora", 5) as EvaluationEvent;
    expect(eventLine({ ...own, pearson: Number.NaN, spearman: 0.5 })).toMatch(
      /, pearson not defined, spearman 0\.500$/,
    );
  });

  test("give an evaluation's figures with their units", () => {
    expect(eventLine(evaluation("lora", 50))).toBe("lora: step 50, validation loss 0.4321, accuracy 91.2 %, F1 90.0 %");
  });

  test("say that a figure is not defined", () => {
    const line = eventLine({ ...evaluation("lora", 50), accuracy: undefined, f1: undefined, spearman: Number.NaN });
    expect(line).toBe("lora: step 50, validation loss 0.4321, spearman not defined");
  });

  test("give the rate that was found, and what it cost", () => {
    const search = {
      ...{ run: "lora", own: 0.001, chosen: 0.003, found: null, doubt: null, trials: [], trainRows: 80, heldRows: 20 },
      cost: { steps: 1550, tokens: 9000, seconds: 23.6 },
    };
    const said = "lora: learning rate 0.003 found by 1550 steps in 24 s (its own is 0.001)";
    expect(eventLine({ type: "rate-search", search })).toBe(said);
    const doubt = "It is the highest that was tried.";
    expect(eventLine({ type: "rate-search", search: { ...search, doubt } })).toBe(`${said}. ${doubt}`);
  });

  test("give the rows that were chosen, of every fold", () => {
    const chosen = [
      { rows: [2, 5, 9], hash: "0a1b2c3d4e5f6071" },
      { rows: [3, 4], hash: "ffeeddccbbaa9988" },
    ];
    expect(eventLine({ type: "selection", chosen })).toBe(
      "3 training rows chosen (SHA-256 0a1b2c3d4e5f); 2 training rows chosen (SHA-256 ffeeddccbbaa)",
    );
  });

  test("give the reason a run failed", () => {
    const failed: StudioEvent = {
      type: "run-state",
      run: "a",
      state: "failed",
      reason: "not a number",
      lastGoodStep: 3,
      heldStep: 3,
    };
    expect(eventLine(failed)).toBe("a: failed (not a number)");
    expect(eventLine({ ...failed, state: "running", reason: null })).toBeNull();
  });
});

describe("plain progress", () => {
  test("says each wait once, and a step when every run has taken it", () => {
    const lines: string[] = [];
    const progress = new PlainProgress((text) => lines.push(text));
    const loading = {
      ...({ type: "progress", id: 1, wait: "loading weights", detail: "small" } as const),
      ...({ total: 2, unit: "bytes" } as const),
    };
    const events: StudioEvent[] = [
      { ...loading, phase: "begin", done: 1 },
      { ...loading, phase: "update", done: 2 },
      { ...loading, phase: "end", done: 2 },
      { type: "comparison-state", state: "running", step: 0, steps: 2, reason: null, memoryBytes },
      step("a", 1, 0.5),
      step("b", 1, 0.25),
      step("a", 2, 0.125),
      step("b", 2, 1),
    ];
    for (const event of events) progress.handle(event);
    progress.close();
    progress.close();
    expect(lines).toEqual([
      "loading weights: small\n",
      "step 1 / 2  loss: a 0.5000  b 0.2500\n",
      "step 2 / 2  loss: a 0.1250  b 1.0000\n",
    ]);
  });

  test("stays within about twenty lines however many steps there are", () => {
    const lines: string[] = [];
    const progress = new PlainProgress((text) => lines.push(text));
    progress.handle({ type: "comparison-state", state: "running", step: 0, steps: 1000, reason: null, memoryBytes });
    for (let number = 1; number <= 1000; number += 1) progress.handle(step("a", number, 1));
    progress.close();
    expect(lines).toHaveLength(20);
    expect(lines.at(-1)).toBe("step 1000 / 1000  loss: a 1.0000\n");
  });
});
