/**
 * Equal budgets: the published pairs, counts that are those of the Programs, and what is too small.
 */

import { expect, test } from "vitest";
import { equalSplits } from "../../../src/page/methods/equal-budget";
import { countPart } from "../../../src/runs/trainable-count";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { tinyModel, tinySetup } from "../interpreter/tiny-model";

const pairs = (width: number, positions: number, tokens: number, others = 0) =>
  equalSplits({ width, positions, tokens, others }).map((split) => [
    split.tokens,
    split.rank,
    split.count,
    split.short,
  ]);

test("SmolLM2-135M's and MiniLM's width with 128 positions: as many numbers as 20 virtual tokens", () => {
  expect(pairs(576, 128, 20)).toContainEqual([9, 9, 11_520, 0]);
  expect(pairs(384, 128, 20)).toEqual([
    [16, 3, 7_680, 0],
    [12, 6, 7_680, 0],
    [8, 9, 7_680, 0],
    [4, 12, 7_680, 0],
  ]);
});

test("where only one is exact the nearest below stand beside it, never above the budget", () => {
  const found = pairs(576, 128, 20);
  expect(found).toHaveLength(3);
  for (const [tokens, rank, count, short] of found) {
    expect(count).toBe(tokens! * 576 + rank! * (128 + 576));
    expect(short).toBe(11_520 - count!);
    expect(short).toBeGreaterThanOrEqual(0);
  }
});

test("nothing fits where the rest alone is too much, or one token is all there is", () => {
  expect(pairs(192, 128, 20, 6_144)).toEqual([]);
  expect(pairs(192, 128, 1)).toEqual([]);
});

test.each(["dept", "ept"])("%s counts what was promised", async (id) => {
  const model = await tinyModel("tiny-llama");
  const sizes = { positions: 24, spaces: 2, spaceRank: 1, fusion: null };
  const { positions, ...extra } = sizes;
  const count = (options: object) => {
    const given = { positions, ...(id === "ept" && extra), ...options };
    const { program } = buildTunedProgram(tinySetup(model, { name: id, method: id, options: given }, [], 3), 1, 4);
    return countPart(program.trainables, "adapter");
  };
  const width = model.config.hiddenSize;
  const others = count({ virtualTokens: 1, rank: 1 }) - width - (positions + width);
  expect(others > 0).toBe(id === "ept");
  const found = equalSplits({ width, positions, tokens: 20, others });
  expect(found.length).toBeGreaterThan(0);
  for (const { tokens, rank, count: promised } of found) {
    expect(count({ virtualTokens: tokens, rank })).toBe(promised);
    expect(promised).toBeLessThanOrEqual(20 * width);
  }
});
