/** What is said of what is not equal between runs. */

import { describe, expect, test } from "vitest";
import { type CommonTerms, type RunTerms, unequal } from "../../../src/estimate/unequal";

const common: CommonTerms = { trainRows: 300, rowsSeen: 300, learningRateFactors: [1], testRows: 0 };
const run = (name: string, fields: Partial<RunTerms> = {}): RunTerms => ({
  ...{ run: name, adapter: 1000, trains: true, readsRows: false, virtualTokens: 0, flops: 1e6 },
  ...{ headLearningRate: 0.005, headFollowsAdapter: false, searched: false, changedSince: null, weightDecay: 0.01 },
  pruning: null,
  readsRowsFirst: false,
  startsFromAdapter: false,
  ...fields,
});
const said = (...runs: RunTerms[]) => unequal(runs, common);

describe("what is not equal", () => {
  test("nothing, between equal runs, and of a single one", () => {
    expect(said(run("a"), run("b"))).toEqual([]);
    expect(said(run("a", { weightDecay: 0.5, virtualTokens: 20 }))).toEqual([]);
    expect(said()).toEqual([]);
  });

  test("sizes of adapters, not of what trains the head alone", () => {
    const [sentence, ...others] = said(run("LoRA", { adapter: 10_752 }), run("SK", { adapter: 4608 }));
    expect(sentence).toBe(
      "Adapters are of different sizes: LoRA trains 10,752 numbers, 2.3 times as many as SK (4,608).",
    );
    expect(others).toEqual([]);
    expect(said(run("LoRA"), run("head", { adapter: 0, flops: 1e3 }))).toEqual([]);
    expect(said(run("a", { adapter: 1200 }), run("b", { adapter: 1000 }))).toEqual([]);
    expect(said(run("a", { adapter: 20_000 }), run("b"))[0]).toContain("20 times as many");
  });

  test("virtual tokens, where not all runs have as many", () => {
    const [sentence] = said(run("SK", { virtualTokens: 29 }), run("LoRA"), run("prompt", { virtualTokens: 20 }));
    expect(sentence).toBe(
      "Virtual tokens take places that a longer text could have, and time in every step: SK 29, prompt 20.",
    );
    expect(said(run("a", { virtualTokens: 20 }), run("b", { virtualTokens: 20 }))).toEqual([]);
  });

  test("what a step computes", () => {
    expect(said(run("a", { flops: 3e6 }), run("b"))).toEqual(["A step of a computes 3.0 times as much as one of b."]);
    expect(said(run("a", { flops: 1.2e6 }), run("b"))).toEqual([]);
  });

  test("heads at different rates; answerers have none", () => {
    const [sentence] = said(run("a"), run("b", { headLearningRate: 0.0001 }));
    expect(sentence).toMatch(/^Heads learn at different rates, a at 0\.005 and b at 0\.0001: /);
    expect(said(run("a"), run("asked", { adapter: 0, trains: false, headLearningRate: 0 }))).toEqual([]);
  });

  test("heads of which a sweep tries several rates, beside others of which it tries one", () => {
    const head = run("Head only", { adapter: 0, headLearningRate: 0.02, headFollowsAdapter: true });
    const sweep = { ...common, learningRateFactors: [0.3, 1, 3] };
    const lora = run("LoRA", { headLearningRate: 0.02 });
    expect(unequal([lora, head], sweep)).toEqual([
      "The sweep tries 3 learning rates of the head of Head only (0.006 to 0.06); the heads of the other runs learn at one.",
    ]);
    expect(unequal([lora, head], common)).toEqual([]);
    expect(unequal([{ ...lora, headFollowsAdapter: true }, head], sweep)).toEqual([]);
    expect(unequal([lora, run("asked", { adapter: 0, trains: false, headLearningRate: 0 })], sweep)).toEqual([]);
  });

  test("weight decays of runs' own, of which each is named; not of what does not decay", () => {
    const [a, b, c] = [run("a"), run("b", { weightDecay: 0 }), run("c", { weightDecay: 0.01 })];
    expect(said(a, b, c)).toEqual(["Adapters have different weight decays: 0.01 for a, c; 0 for b."]);
    expect(said(a, b, run("d", { weightDecay: 0.1 }))).toEqual([
      "Adapters have different weight decays: 0.01 for a; 0 for b; 0.1 for d.",
    ]);
    expect(said(b, { ...b, run: "d" })).toEqual([]);
    expect(said(a, c, run("Head only", { adapter: 0, weightDecay: null }))).toEqual([]);
  });

  test("rates that were searched for some adapters only", () => {
    const head = run("head", { adapter: 0 });
    expect(said(run("a", { searched: true }), run("b"), head)).toEqual([
      "The learning rate was searched for a, and not for b.",
    ]);
    expect(said(run("a", { searched: true }), run("b", { searched: true }), head)).toEqual([]);
  });

  test("rates that were found for something else, of a single run, too", () => {
    const changedSince = "The learning rate of a was found by a search on other training rows.";
    const a = run("a", { searched: true, changedSince });
    expect(said(a)).toEqual([changedSince]);
    expect(said(a, run("b", { searched: true }))).toEqual([changedSince]);
  });

  test("a start from another training, of a single run, too", () => {
    const started = run("LT", { startsFromAdapter: true });
    const beginning =
      "LT starts from an adapter that was trained before: that training comes on top of this one, and which rows it " +
      "saw is not known. If some of these ";
    const end = " rows were among them, its figures are too good.";
    expect(said(started)).toEqual([`${beginning}validation${end}`]);
    expect(unequal([run("LoRA"), started], { ...common, testRows: 40 })).toEqual([
      `${beginning}validation or test${end}`,
    ]);
  });

  test("parts of batches that are learned from", () => {
    const part = run("Part", { pruning: "25 % of the rows of every batch, drawn at random" });
    const end = " At equal steps they learn from different amounts: curves can be drawn by kept tokens.";
    expect(said(run("a"), part)).toEqual([
      `Part learns from 25 % of the rows of every batch, drawn at random; the others learn from whole batches.${end}`,
    ]);
    expect(said(part, { ...part, run: "b" })[0]).toMatch(/^Part learns .*; b learns from 25 % .* at random\. At equal/);
  });

  test("rows that answerers read and trained runs do not see", () => {
    const asked = run("kNN", { adapter: 0, trains: false, readsRows: true, headLearningRate: 0 });
    const short = { ...common, trainRows: 5452, rowsSeen: 960 };
    expect(unequal([run("a"), asked], short)).toEqual([
      "kNN reads all 5,452 training rows; the runs that are trained see 960 of them.",
    ]);
    expect(unequal([run("a"), asked], common)).toEqual([]);
    expect(unequal([asked, { ...asked, run: "fitted" }], short)).toEqual([]);
    expect(unequal([run("a"), asked, { ...asked, run: "fitted" }], short)[0]).toMatch(/^kNN, fitted read all/);
  });
});
