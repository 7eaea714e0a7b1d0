import { describe, it } from "vitest";
import { attentionQueryGradient } from "../../src/kernels/attention-query-gradient";
import { CASES, cellCount, cells } from "./attention-reference";
import { accumulated, CANCELLING, expectClose, REDUCTION, random, runKernel } from "./harness";

describe("attention-query-gradient", () => {
  it.each(CASES)("$sizes, causal $causal", async ({ sizes, causal }) => {
    const { batch, queries, keys, heads, keyValueHeads, headSize } = sizes;
    const scoreGradient = random(cellCount(sizes), 1);
    for (const { cell, visible } of cells(sizes, causal)) if (!visible) scoreGradient[cell] = 0;
    const key = random(batch * keys * keyValueHeads * headSize, 2);
    const out = random(batch * queries * heads * headSize, 3);
    const expected = new Float64Array(out.length);
    for (const at of cells(sizes, causal)) {
      for (let d = 0; d < headSize; d++) {
        expected[at.query + d] = expected[at.query + d]! + scoreGradient[at.cell]! * key[at.key + d]!;
      }
    }
    for (const ACCUMULATE of [0, 1]) {
      const options = { CAUSAL: causal, ACCUMULATE };
      const result = await runKernel(attentionQueryGradient, { scoreGradient, key, out }, sizes, options);
      expectClose(result.out, accumulated(out, expected, ACCUMULATE), REDUCTION, CANCELLING);
    }
  });
});
