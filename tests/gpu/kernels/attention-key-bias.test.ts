import { describe, it } from "vitest";
import { attentionKeyBias } from "../../../src/kernels/attention-key-bias";
import { ELEMENTWISE, expectClose, FITS, random, runKernel } from "../harness";
import { CASES, cellCount, cells } from "./attention-reference";

describe.each(FITS)("attention-key-bias (%s)", (fit) => {
  it.each(CASES)("$sizes, causal $causal", async ({ sizes, causal }) => {
    const scores = random(cellCount(sizes), 1, 5);
    const bias = random(sizes.heads * sizes.keys, 2, 3);
    const expected = Float64Array.from(scores);
    for (const { cell, row, visible } of cells(sizes, causal)) {
      const head = Math.floor(row / sizes.queries) % sizes.heads;
      if (visible) expected[cell]! += bias[head * sizes.keys + (cell % sizes.keys)]!;
    }
    const { batch, queries, keys, heads } = sizes;
    const result = await runKernel(
      attentionKeyBias,
      { bias, scores },
      { batch, queries, keys, heads },
      { CAUSAL: causal },
      fit,
    );
    expectClose(result.scores, expected, ELEMENTWISE, 1e-3);
  });
});
