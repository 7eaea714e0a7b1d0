import { expect, it } from "vitest";
import { defaultLearningRate } from "../../../src/methods/learning-rate";
import type { ModelFacts } from "../../../src/methods/method";

it.each([
  { own: 3e-4, hiddenSize: 4096, rate: 3e-4 },
  { own: 3e-4, hiddenSize: 2048, rate: 3e-4 },
  { own: 3e-4, hiddenSize: 768, rate: 8e-4 },
  { own: 3e-4, hiddenSize: 192, rate: 3.2e-3 },
  { own: 3e-4, hiddenSize: 32, rate: 4.8e-3 },
  { own: 1e-3, hiddenSize: 96, rate: 0.01 },
  { own: 0.02, hiddenSize: 96, rate: 0.02 },
])("a rate of $own is $rate at hidden size $hiddenSize", ({ own, hiddenSize, rate }) => {
  const model = { config: { hiddenSize } } as ModelFacts;
  expect(defaultLearningRate({ learningRate: own }, model)).toBe(rate);
});
