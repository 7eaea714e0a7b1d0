/** The rows that a search learns from and chooses by are training rows, and never the same ones. */

import { describe, expect, test } from "vitest";
import type { TokenizedExample } from "../../../src/data/tokens";
import type { ComparisonData } from "../../../src/runs/rows";
import { innerSplit } from "../../../src/search/inner-split";

const row = (index: number, label: number, ids: number[] = [index, label]): TokenizedExample => ({
  ids: Int32Array.from(ids),
  labels: Int32Array.of(label),
  row: index,
  fullLength: ids.length,
  truncated: false,
});

const dataOf = (train: TokenizedExample[]): ComparisonData => ({
  task: "sequence-classification",
  labels: ["a", "b"],
  train,
  validation: [row(900, 0), row(901, 1)],
  validationTexts: ["x", "y"],
  maxLength: 8,
});

const rows = (split: readonly TokenizedExample[]) => split.map(({ row }) => row);

describe("the inner split", () => {
  const train = Array.from({ length: 50 }, (_, index) => row(index, index < 40 ? 0 : 1));

  test("holds out a fifth of each label's training rows, and nothing of the validation", () => {
    const split = innerSplit(dataOf(train), 3);
    expect(split.validation).toHaveLength(10);
    expect(split.validation.filter(({ labels }) => labels[0] === 1)).toHaveLength(2);
    expect([...rows(split.train), ...rows(split.validation)].sort((a, b) => a - b)).toEqual(rows(train));
    expect(rows(split.train)).toEqual([...rows(split.train)].sort((a, b) => a - b));
    expect(split.validationTexts).toHaveLength(10);
  });

  test("is the same for a seed, and another for another", () => {
    expect(rows(innerSplit(dataOf(train), 3).validation)).toEqual(rows(innerSplit(dataOf(train), 3).validation));
    expect(rows(innerSplit(dataOf(train), 3).validation)).not.toEqual(rows(innerSplit(dataOf(train), 4).validation));
  });

  test("rows with the same tokens stay on one side", () => {
    const twice = Array.from({ length: 60 }, (_, index) => row(index, index % 2, [Math.floor(index / 6), 7]));
    const split = innerSplit(dataOf(twice), 0);
    const keys = (side: readonly TokenizedExample[]) => new Set(side.map(({ ids }) => ids.join()));
    const held = keys(split.validation);
    expect(held.size).toBeGreaterThan(0);
    for (const key of keys(split.train)) expect(held.has(key)).toBe(false);
  });

  test("holds out no more than 200 rows, since every trial reads them all", () => {
    const many = Array.from({ length: 5000 }, (_, index) => row(index, index % 5));
    expect(innerSplit(dataOf(many), 0).validation).toHaveLength(200);
  });

  test("a label's only row is learned from; of very few rows one is held out", () => {
    const lone = [...Array.from({ length: 20 }, (_, index) => row(index, 0)), row(20, 1)];
    expect(rows(innerSplit(dataOf(lone), 0).train)).toContain(20);
    const two = innerSplit(dataOf([row(0, 0), row(1, 1)]), 0);
    expect([rows(two.train), rows(two.validation)]).toEqual([[0], [1]]);
  });

  test("rows of which no two differ are refused with their number", () => {
    const alike = [row(0, 0, [1]), row(1, 0, [1]), row(2, 0, [1])];
    expect(() => innerSplit(dataOf(alike), 0)).toThrow(/3 training rows of which no two differ/);
  });
});
