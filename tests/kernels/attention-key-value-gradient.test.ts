import { describe, it } from "vitest";
import { attentionKeyValueGradient } from "../../src/kernels/attention-key-value-gradient";
import { CASES, cellCount, cells } from "./attention-reference";
import { accumulated, CANCELLING, expectClose, REDUCTION, random, runKernel } from "./harness";

describe("attention-key-value-gradient", () => {
  it.each(CASES)("$sizes, causal $causal", async ({ sizes, causal }) => {
    const { batch, queries, keys, heads, keyValueHeads, headSize } = sizes;
    const weights = random(cellCount(sizes), 1);
    for (const { cell, visible } of cells(sizes, causal)) if (!visible) weights[cell] = 0;
    const x = random(batch * queries * heads * headSize, 2);
    const out = random(batch * keys * keyValueHeads * headSize, 3);
    const expected = new Float64Array(out.length);
    for (const at of cells(sizes, causal)) {
      for (let d = 0; d < headSize; d++) {
        expected[at.key + d] = expected[at.key + d]! + weights[at.cell]! * x[at.query + d]!;
      }
    }
    for (const ACCUMULATE of [0, 1]) {
      const options = { CAUSAL: causal, ACCUMULATE };
      const result = await runKernel(attentionKeyValueGradient, { weights, x, out }, sizes, options);
      expectClose(result.out, accumulated(out, expected, ACCUMULATE), REDUCTION, CANCELLING);
    }
  });
});
