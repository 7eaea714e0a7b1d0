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

  test("rows that are made from the same row stay on one side", () => {
    const made = Array.from({ length: 60 }, (_, index) => ({ ...row(index, 0), row: Math.floor(index / 6) }));
    const split = innerSplit(dataOf(made), 0);
    const held = new Set(rows(split.validation));
    expect(held.size).toBeGreaterThan(0);
    for (const own of rows(split.train)) expect(held.has(own)).toBe(false);
  });

  test("rows with the same tokens stay on one side", () => {
    const twice = Array.from({ length: 60 }, (_, index) => row(index, index % 2, [Math.floor(index / 6), 7]));
    const split = innerSplit(dataOf(twice), 0);
    const keys = (side: readonly TokenizedExample[]) => new Set(side.map(({ ids }) => ids.join()));
    const held = keys(split.validation);
    expect(held.size).toBeGreaterThan(0);
    for (const key of keys(split.train)) expect(held.has(key)).toBe(false);
  });

  test("rows whose texts differ in case or white space only stay on one side, as those with the same tokens", () => {
    const spelled = (index: number) => {
      const text = `Text  ${Math.floor(index / 3)}`;
      return [text, text.toUpperCase(), text.replace("  ", " \n ")][index % 3]!;
    };
    // Rows 0 and 59 have the same tokens of other texts, as long ones that are cut.
    const cased = Array.from({ length: 60 }, (_, index) => ({
      ...row(index, Math.floor(index / 3) % 2, index === 59 ? [0, 0] : [index, 0]),
      text: spelled(index),
    }));
    for (const group of [undefined, "own"]) {
      for (let seed = 0; seed < 20; seed++) {
        const grouped = cased.map((one) => ({ ...one, ...(group && { group: `${group} ${one.row}` }) }));
        const split = innerSplit(dataOf(grouped), seed);
        const held = new Set(rows(split.validation).map((index) => Math.floor(index / 3)));
        expect(held.size).toBeGreaterThan(0);
        for (const index of rows(split.train)) expect(held.has(Math.floor(index / 3))).toBe(false);
        expect(held.has(0)).toBe(held.has(19));
      }
    }
  });

  test("rows of one group stay on one side, and with rows of the same tokens", () => {
    for (let seed = 0; seed < 20; seed++) {
      const authors = Array.from({ length: 120 }, (_, index) => ({
        ...row(index, index % 2, index === 119 ? [0, 0] : [index, index % 2]),
        group: `author ${Math.floor(index / 6)}`,
      }));
      const split = innerSplit(dataOf(authors), seed);
      const groupsOf = (side: readonly TokenizedExample[]) => new Set(side.map(({ group }) => group));
      const held = groupsOf(split.validation);
      for (const group of groupsOf(split.train)) expect(held.has(group)).toBe(false);
      // Row 119 has row 0's tokens, so their two groups are on one side.
      expect(held.has("author 0")).toBe(held.has("author 19"));
      expect(split.train.length + split.validation.length).toBe(120);
      expect(split.validation.length).toBeGreaterThanOrEqual(18);
      expect(split.validation.length).toBeLessThanOrEqual(30);
      expect(split.validation.filter(({ labels }) => labels[0] === 1).length * 2).toBe(split.validation.length);
    }
  });

  test("of one group none can be held out, which is refused with its rows", () => {
    const alone = Array.from({ length: 8 }, (_, index) => ({ ...row(index, index % 2), group: "a" }));
    expect(() => innerSplit(dataOf(alone), 0)).toThrow(
      /no group can be held out.*training rows: .*1 set \(1 group of 8 rows\), and 2 parts/,
    );
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
