/** Sizes at which methods train about as many numbers, on a decoder of two blocks of width 48. */

import { beforeAll, describe, expect, test } from "vitest";
import { matchSize, type SizeMatch } from "../../../src/estimate/match-size";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { methods } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { type RunConfiguration, trainingSchema } from "../../../src/plan/configuration";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson, fixtureModel } from "../../fixtures/reference";

type Model = Parameters<typeof matchSize>[0]["model"];
let model: Model;

beforeAll(async () => {
  const json = await fixtureJson("models/tiny-llama/config.json");
  const family = familyOf(json);
  const tokenizer = await openTokenizer(fixtureModel("tiny-llama"));
  model = { family, config: family.readConfig(json), tokenizer, poolings: family.poolings, parameters: 1 };
});

const run = (method: string, options: object = {}): RunConfiguration => ({
  name: method,
  method,
  options: { ...options },
});

function match(method: string, options: object = {}, like = run("lora", { rank: 8 })): SizeMatch {
  const training = trainingSchema.parse({});
  return matchSize({ model, task: sequenceClassification, classes: 5, training }, run(method, options), like);
}

/** A and B of queries and values in two blocks: rank · 2 · (48 + 48 + 48 + 24). */
const LORA = 2688;

describe("as many numbers as LoRA of rank 8", () => {
  test("LoRA itself, from whatever rank", () => {
    expect(match("lora", { rank: 64 })).toEqual({
      option: "rank",
      value: 8,
      options: { rank: 8 },
      adapter: LORA,
      wanted: LORA,
    });
  });

  test("a prompt: 56 tokens of 48 numbers exactly", () => {
    expect(match("prompt")).toEqual({
      ...{ option: "virtualTokens", value: 56, options: { virtualTokens: 56 }, adapter: 2688, wanted: LORA },
    });
  });

  test("a prefix: keys and values of 24 numbers in two blocks are 96 a token", () => {
    expect(match("prefix")).toMatchObject({ option: "virtualTokens", value: 28, adapter: 2688, wanted: LORA });
  });

  test("a bottleneck takes the nearest inner width, above or below", () => {
    const found = match("adapter-pfeiffer");
    expect(found.option).toBe("bottleneck");
    // Down, up and both biases in two blocks: 2 · (2 · 48 · width + width + 48).
    const count = (width: number) => 2 * (2 * 48 * width + width + 48);
    expect(found.adapter).toBe(count(found.value));
    for (const other of [found.value - 1, found.value + 1]) {
      expect(Math.abs(count(other) - LORA)).toBeGreaterThanOrEqual(Math.abs(found.adapter - LORA));
    }
  });

  test("AdaLoRA by the rank that it begins with, which stays above the one that it ends with", () => {
    // A, B and the singular values of queries and values in two blocks.
    const count = (rank: number) => rank * 2 * (48 + 48 + 1 + 48 + 24 + 1);
    const found = match("adalora");
    expect(found).toEqual({
      ...{ option: "initialRank", value: 8, options: { initialRank: 8, targetRank: 5 } },
      ...{ adapter: count(8), wanted: LORA },
    });
    expect(match("adalora", { initialRank: 4, targetRank: 3 }).options).toEqual({ initialRank: 8, targetRank: 3 });
    const least = match("adalora", {}, run("prompt", { virtualTokens: 1 }));
    expect([least.options, least.adapter]).toEqual([{ initialRank: 2, targetRank: 1 }, count(2)]);
  });

  test("every method that has a size comes as near as its next smaller and larger one", { timeout: 120_000 }, () => {
    const without = ["ia3", "ln-tuning", "bitfit", "beft", "road", "full", "half-fine-tuning", "last-layer"];
    const sizeless = [...without, "linear-probe", "hard-text", "cpt", "sk-prefix", "sk-prompt", "c3a", "oft"];
    for (const { id } of methods) {
      if (sizeless.includes(id)) continue;
      const found = match(id);
      for (const value of [found.value - 1, found.value + 1]) {
        const options = { ...found.options, [found.option]: value };
        let other: number;
        try {
          other = match("lora", { rank: 1 }, run(id, options)).wanted;
        } catch {
          continue;
        }
        expect(Math.abs(other - LORA), id).toBeGreaterThanOrEqual(Math.abs(found.adapter - LORA));
      }
    }
  });

  test("the smallest size where even that trains more", () => {
    expect(match("lora", {}, run("prompt", { virtualTokens: 1 }))).toEqual({
      ...{ option: "rank", value: 1, options: { rank: 1 }, adapter: 336, wanted: 48 },
    });
  });

  test("a method without a size, or without one in use, is named", () => {
    expect(() => match("lora", { rank: 0 })).toThrow(/rank/);
    expect(() => match("full")).toThrow(/"full": .*none that can be any number changes/);
    expect(() => match("linear-probe")).toThrow(/"linear-probe"/);
    expect(() => match("sk-prefix", { map: "diagonal" })).toThrow(/"sk-prefix"/);
    expect(match("sk-prefix", { map: "lowRank" }).option).toBe("rank");
  });
});
