/** Noise in training batches: which tokens are replaced, by what, how many, and what stays. */

import { describe, expect, test } from "vitest";
import { createBatchArrays, fillBatch } from "../../../src/data/batches";
import { IGNORED_LABEL, rowLabels, tokenLabels } from "../../../src/data/channels";
import { noisyIds } from "../../../src/data/noise-strips";
import { checkNoiseGroup, noiseRate, TokenNoise, type TokenNoiseSettings } from "../../../src/data/token-noise";

const tokenizer = {
  size: 500,
  padId: 0,
  specialIds: new Set([0, 1, 2, 3]),
  specialTokens: [
    { id: 0, roles: ["padding"] },
    { id: 1, roles: ["beginning of text", "begins every text"] },
    { id: 2, roles: ["end of text"] },
    { id: 3, roles: ["mask"] },
  ],
};
const settings: TokenNoiseSettings = { rate: 0.4, ramp: 0, replacement: "random" };

/** The beginning, a prompt of 4 tokens, an answer of `answer` tokens, the end. */
function exchange(row: number, answer: number, group?: string) {
  const ids = Int32Array.from([1, ...[10, 11, 12, 13], ...Array.from({ length: answer }, (_, i) => 100 + i), 2]);
  const labels = ids.map((_, place) => (place >= 4 ? (ids[place + 1] ?? IGNORED_LABEL) : IGNORED_LABEL));
  return { ids, labels, row, ...(group !== undefined && { group }) };
}

function batchOf(rows: readonly ReturnType<typeof exchange>[], bucket: number) {
  const arrays = createBatchArrays(rows.length, bucket, [tokenLabels]);
  fillBatch(rows, { rows: [...rows.keys()], bucket }, 0, arrays);
  return arrays;
}

const moment = { seed: 5, step: 7, steps: 30 };

test("the rate rises in even steps from 0 and then stays", () => {
  const rates = [0, 5, 10, 15, 20, 25, 29].map((step) => noiseRate({ rate: 0.4, ramp: 2 / 3 }, step, 30));
  for (const [index, rate] of [0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4].entries()) expect(rates[index]).toBeCloseTo(rate, 12);
  expect(noiseRate({ rate: 0.4, ramp: 0 }, 0, 30)).toBe(0.4);
});

describe("of answers", () => {
  const rows = Array.from({ length: 40 }, (_, row) => exchange(row, 50 + (row % 3)));

  test("as many as the rate says are replaced, by words; prompts, special tokens and labels stay", () => {
    const [before, after] = [batchOf(rows, 64), batchOf(rows, 64)];
    const count = new TokenNoise(settings, "answers", tokenizer).apply(after, rows, moment);
    const changed = [...after.inputIds.keys()].filter((place) => after.inputIds[place] !== before.inputIds[place]);
    expect(count.tokens).toBe(rows.reduce((sum, { ids }) => sum + ids.length - 6, 0));
    // Four standard deviations of a binomial share.
    const margin = 4 * Math.sqrt((0.4 * 0.6) / count.tokens);
    expect(Math.abs(count.replaced / count.tokens - 0.4)).toBeLessThan(margin);
    // A token may be replaced by itself: one in 496.
    expect(changed.length).toBeLessThanOrEqual(count.replaced);
    expect(changed.length).toBeGreaterThan(0.97 * count.replaced);
    expect(changed.every((place) => before.inputIds[place]! >= 100)).toBe(true);
    expect(changed.every((place) => !tokenizer.specialIds.has(after.inputIds[place]!))).toBe(true);
    expect(after.channels).toEqual(before.channels);
    expect(after.lengths).toEqual(before.lengths);
  });

  test("the same seed and step replace the same, others other tokens", () => {
    const noise = new TokenNoise(settings, "answers", tokenizer);
    const ids = (at: Partial<typeof moment>) => {
      const arrays = batchOf(rows, 64);
      noise.apply(arrays, rows, { ...moment, ...at });
      return arrays.inputIds;
    };
    expect(ids({})).toEqual(ids({}));
    expect(ids({ step: 8 })).not.toEqual(ids({}));
    expect(ids({ seed: 6 })).not.toEqual(ids({}));
  });

  test("a row without its first token gets the same", () => {
    const noise = new TokenNoise(settings, "answers", tokenizer);
    const shorter = rows.map((row) => ({ ...row, ids: row.ids.subarray(1), labels: row.labels.subarray(1) }));
    const [whole, cut] = [batchOf(rows, 64), batchOf(shorter, 64)];
    noise.apply(whole, rows, moment);
    noise.apply(cut, shorter, moment);
    for (const [slot, { ids }] of rows.entries()) {
      const of = ({ inputIds }: typeof whole, from: number) =>
        inputIds.subarray(slot * 64 + from, slot * 64 + from + ids.length - 1);
      expect(of(cut, 0)).toEqual(of(whole, 1));
    }
  });

  test("nothing is replaced at rate 0", () => {
    const [before, after] = [batchOf(rows, 64), batchOf(rows, 64)];
    const { replaced } = new TokenNoise({ ...settings, rate: 0 }, "answers", tokenizer).apply(after, rows, moment);
    expect(replaced).toBe(0);
    expect(after).toEqual(before);
  });

  test("one group alone can have it", () => {
    const grouped = rows.map((row, index) => ({ ...row, group: index % 2 === 0 ? "books" : "chats" }));
    const [before, after] = [batchOf(grouped, 64), batchOf(grouped, 64)];
    new TokenNoise({ ...settings, group: "chats" }, "answers", tokenizer).apply(after, grouped, moment);
    for (const [slot, { group }] of grouped.entries()) {
      const of = ({ inputIds }: typeof before) => inputIds.subarray(slot * 64, (slot + 1) * 64);
      if (group === "books") expect(of(after)).toEqual(of(before));
      else expect(of(after)).not.toEqual(of(before));
    }
    expect(() => checkNoiseGroup({ group: "chats" }, grouped)).not.toThrow();
    expect(() => checkNoiseGroup({ group: "songs" }, grouped)).toThrow(
      /group: no training row is of "songs".*"books", "chats"/,
    );
    expect(() => checkNoiseGroup({ group: "songs" }, rows)).toThrow(/data\.group names no column/);
  });
});

test("of rows with one label all tokens but special ones may be replaced, by the mask token or padding", () => {
  const row = { ids: Int32Array.from([1, 20, 21, 22, 2]), labels: Int32Array.of(3), group: "books" };
  for (const [replacement, id] of [["mask", 3] as const, ["pad", 0] as const]) {
    const arrays = createBatchArrays(1, 8, [rowLabels]);
    fillBatch([row], { rows: [0], bucket: 8 }, 0, arrays);
    const noise = new TokenNoise({ rate: 1, ramp: 0, replacement }, "all", tokenizer);
    expect(noise.apply(arrays, [row], moment)).toEqual({ tokens: 3, replaced: 3 });
    expect([...arrays.inputIds]).toEqual([1, id, id, id, 2, 0, 0, 0]);
    expect([...arrays.channels.labels!]).toEqual([3]);
  }
});

test("a token that the tokenizer has not is named before anything begins", () => {
  const plain = { ...tokenizer, padId: null, specialTokens: [] };
  const of = (replacement: "mask" | "pad", given: typeof tokenizer | typeof plain) => () =>
    new TokenNoise({ ...settings, replacement }, "answers", given);
  expect(of("mask", plain)).toThrow(
    'training.tokenNoise.replacement: the model\'s tokenizer has no mask token; choose "random".',
  );
  expect(of("pad", plain)).toThrow(/has no padding token; choose "random"\./);
  expect(of("mask", { ...tokenizer, specialTokens: [] })).toThrow(/no mask token; choose "random" or "pad"\./);
});

test("strips show what a batch of their rows reads after the ramp: labels, prompts and other groups stay", () => {
  const rows = Array.from({ length: 6 }, (_, row) => exchange(row, 40 + row, row === 1 ? "books" : "films"));
  const given = { replaceable: "answers" as const, tokenizer, rows, count: 4, seed: 5 };
  const read = noisyIds({ ...given, settings: { ...settings, ramp: 1 } });
  expect(read.map(({ length }) => length)).toEqual(rows.slice(0, 4).map(({ ids }) => ids.length));
  const batch = batchOf(rows.slice(0, 4), 49);
  new TokenNoise(settings, "answers", tokenizer).apply(batch, rows.slice(0, 4), { seed: 5, step: 1, steps: 1 });
  for (const [slot, ids] of read.entries()) {
    expect(ids).toEqual(batch.inputIds.slice(slot * 49, slot * 49 + ids.length));
    expect(ids.slice(0, 5)).toEqual(rows[slot]!.ids.slice(0, 5));
    expect(ids).not.toEqual(rows[slot]!.ids);
  }
  const books = noisyIds({ ...given, settings: { ...settings, group: "books" } });
  expect(books.map((ids, slot) => ids.join() === rows[slot]!.ids.join())).toEqual([true, false, true, true]);
  expect(() => noisyIds({ ...given, settings: { ...settings, group: "songs" } })).toThrow(/"songs"/);
  expect(noisyIds({ ...given, settings: { ...settings, rate: 0 } }).map((ids) => ids.join())).toEqual(
    rows.slice(0, 4).map(({ ids }) => ids.join()),
  );
});
