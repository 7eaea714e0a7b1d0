import { describe, it } from "vitest";
import { attentionSoftCap } from "../../src/kernels/attention-soft-cap";
import { attentionSoftCapBackward } from "../../src/kernels/attention-soft-cap-backward";
import { CASES, cellCount, cells, whereSeen } from "./attention-reference";
import { expectClose, FITS, REDUCTION, random, runKernel, TAILS } from "./harness";

/** Scores from far below to far above the cap. */
const [CAP, SPREAD] = [3, 12];

describe.each(FITS)("attention-soft-cap (%s)", (fit) => {
  it.each(CASES)("$sizes, causal $causal", async ({ sizes, causal }) => {
    const { batch, queries, keys, heads } = sizes;
    const scores = random(cellCount(sizes), 1, SPREAD);
    const gradient = random(cellCount(sizes), 2);
    const expected = { scores: Float64Array.from(scores), gradient: Float64Array.from(gradient) };
    for (const { cell, visible } of cells(sizes, causal)) {
      if (!visible) continue;
      const bent = Math.tanh(scores[cell]! / CAP);
      expected.scores[cell] = CAP * bent;
      expected.gradient[cell] = gradient[cell]! * (1 - bent * bent);
    }
    const given = { batch, queries, keys, heads, cap: CAP };
    const bent = await runKernel(attentionSoftCap, { scores: scores.slice() }, given, { CAUSAL: causal }, fit);
    expectClose(bent.scores, whereSeen(expected.scores, bent.scores, sizes, causal), REDUCTION, 1e-3);
    const result = await runKernel(attentionSoftCapBackward, { scores, gradient }, given, { CAUSAL: causal }, fit);
    const seen = whereSeen(expected.gradient, result.gradient, sizes, causal);
    expectClose(result.gradient, seen, REDUCTION, Math.max(1e-3, TAILS));
  });
});
