import { describe, it } from "vitest";
import { attentionSoftmaxBackward } from "../../src/kernels/attention-softmax-backward";
import { CASES, cellCount, cells, softmax } from "./attention-reference";
import { CANCELLING, expectClose, FITS, REDUCTION, random, runKernel, UNREAD } from "./harness";

describe.each(FITS)("attention-softmax-backward (%s)", (fit) => {
  it.each(CASES)("$sizes, causal $causal", async ({ sizes, causal }) => {
    const probabilities = Float32Array.from(softmax(random(cellCount(sizes), 1, 2), sizes, causal));
    const gradient = random(cellCount(sizes), 2);
    // What is invisible must not be read.
    for (const { cell, visible } of cells(sizes, causal)) if (!visible) gradient[cell] = UNREAD;
    const result = await runKernel(
      attentionSoftmaxBackward,
      { probabilities, gradient },
      sizes,
      { CAUSAL: causal },
      fit,
    );
    // From the Jacobian of the softmax: ∂P[j] / ∂S[k] = P[j] (δ[j, k] − P[k]).
    const expected = new Float64Array(gradient.length);
    const { keys, scale } = sizes;
    for (const { cell, row, visible } of cells(sizes, causal)) {
      if (!visible) continue;
      for (let j = row * keys; j < (row + 1) * keys; j++) {
        if (Object.is(gradient[j], UNREAD)) continue;
        const slope = probabilities[j]! * ((j === cell ? 1 : 0) - probabilities[cell]!);
        expected[cell] = expected[cell]! + scale * gradient[j]! * slope;
      }
    }
    expectClose(result.gradient, expected, REDUCTION, CANCELLING);
  });
});
