import { describe, it } from "vitest";
import { attentionBias } from "../../src/kernels/attention-bias";
import { CASES, cellCount, cells, whereSeen } from "./attention-reference";
import { ELEMENTWISE, expectClose, FITS, random, runKernel } from "./harness";

/** Which of sequences, heads and queries the bias tells apart: ALiBi, a window, padding, all. */
const SHARED = [
  [0, 1, 0],
  [0, 0, 1],
  [1, 0, 0],
  [1, 1, 1],
] as const;

describe.each(FITS)("attention-bias (%s)", (fit) => {
  it.each(CASES)("$sizes, causal $causal", async ({ sizes, causal }) => {
    const { batch, queries, keys, heads } = sizes;
    for (const [ofBatch, ofHead, ofQuery] of SHARED) {
      const queryStep = ofQuery * keys;
      const headStep = ofHead * (ofQuery ? queries : 1) * keys;
      const batchStep = ofBatch * (ofHead ? heads : 1) * (ofQuery ? queries : 1) * keys;
      const places = (ofBatch ? batch : 1) * (ofHead ? heads : 1) * (ofQuery ? queries : 1) * keys;
      const scores = random(cellCount(sizes), 1, 5);
      const bias = random(places, 2, 3);
      const expected = Float64Array.from(scores);
      for (const { cell, row, visible } of cells(sizes, causal)) {
        const [query, head] = [row % queries, Math.floor(row / queries) % heads];
        const sequence = Math.floor(row / queries / heads);
        const place = sequence * batchStep + head * headStep + query * queryStep + (cell % keys);
        if (visible) expected[cell]! += bias[place]!;
      }
      const result = await runKernel(
        attentionBias,
        { bias, scores },
        { batch, queries, keys, heads, batchStep, headStep, queryStep },
        { CAUSAL: causal },
        fit,
      );
      expectClose(result.scores, whereSeen(expected, result.scores, sizes, causal), ELEMENTWISE, 1e-3);
    }
  });
});
