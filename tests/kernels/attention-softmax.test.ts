import { describe, expect, it } from "vitest";
import { attentionSoftmax } from "../../src/kernels/attention-softmax";
import { CASES, cellCount, cells, SHAPES, softmax } from "./attention-reference";
import { expectClose, FITS, REDUCTION, random, runKernel, UNREAD } from "./harness";

describe.each(FITS)("attention-softmax (%s)", (fit) => {
  it.each(CASES)("$sizes, causal $causal", async ({ sizes, causal }) => {
    const scores = random(cellCount(sizes), 1, 5);
    // What is invisible must not be read.
    for (const { cell, visible } of cells(sizes, causal)) if (!visible) scores[cell] = UNREAD;
    const result = await runKernel(attentionSoftmax, { scores }, sizes, { CAUSAL: causal }, fit);
    expectClose(result.scores, softmax(scores, sizes, causal), REDUCTION);
  });

  it("survives large scores", async () => {
    const sizes = SHAPES[1]!;
    const scores = random(cellCount(sizes), 1, 5).map((value) => value + 3000);
    const result = await runKernel(attentionSoftmax, { scores }, sizes, { CAUSAL: 0 }, fit);
    const shifted = scores.map((value) => value - 3000);
    expectClose(result.scores, softmax(shifted, sizes, 0), REDUCTION);
    expect(result.scores.every(Number.isFinite)).toBe(true);
  });
});
