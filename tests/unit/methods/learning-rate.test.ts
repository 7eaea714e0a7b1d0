import { describe, expect, it } from "vitest";
import { defaultLearningRate } from "../../../src/methods/learning-rate";
import { methodOf, methods } from "../../../src/methods/registry";
import searched from "../../../src/methods/searched-rates.json";

const rateOf = (method: { readonly id: string; readonly learningRate: number }, hiddenSize: number) =>
  defaultLearningRate(method, { config: { hiddenSize } });

it.each([
  { own: 3e-4, hiddenSize: 4096, rate: 3e-4 },
  { own: 3e-4, hiddenSize: 2048, rate: 3e-4 },
  { own: 3e-4, hiddenSize: 768, rate: 8e-4 },
  { own: 3e-4, hiddenSize: 192, rate: 3.2e-3 },
  { own: 3e-4, hiddenSize: 32, rate: 4.8e-3 },
  { own: 1e-3, hiddenSize: 96, rate: 0.01 },
  { own: 0.02, hiddenSize: 96, rate: 0.02 },
])("never searched: a rate of $own is $rate at hidden size $hiddenSize", ({ own, hiddenSize, rate }) => {
  expect(rateOf({ id: "never-searched", learningRate: own }, hiddenSize)).toBe(rate);
});

describe("searched", () => {
  it.each(Object.entries(searched))("%s: what was found where it was searched, its own on wide models", (id, rates) => {
    const method = methodOf(id);
    const found = Object.entries(rates).map(([width, rate]) => [Number(width), rate] as const);
    for (const [width, rate] of found) expect(rateOf(method, width)).toBe(Number(rate.toPrecision(2)));
    const [narrowest, first] = found[0]!;
    expect(rateOf(method, narrowest / 3)).toBe(Number(first.toPrecision(2)));
    for (const width of [2048, 4096]) expect(rateOf(method, width)).toBe(method.learningRate);
  });

  it("is, half-way between two widths, the geometric mean of their rates", () => {
    const { 96: narrow, 384: wide } = searched.lora;
    expect(rateOf(methodOf("lora"), Math.sqrt(96 * 384))).toBe(Number(Math.sqrt(narrow * wide).toPrecision(2)));
    const last = Math.sqrt(384 * 2048);
    expect(rateOf(methodOf("bitfit"), last)).toBe(Number(Math.sqrt(searched.bitfit[384] * 1e-3).toPrecision(2)));
  });

  it("is of methods that train an adapter", () => {
    const adapters = methods.filter(({ headOnly }) => !headOnly).map(({ id }) => id);
    expect(adapters).toEqual(expect.arrayContaining(Object.keys(searched)));
  });
});
