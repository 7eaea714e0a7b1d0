import { describe, expect, it } from "vitest";
import { attentionScores } from "../../src/kernels/attention-scores";
import { CASES, cellCount, cells } from "./attention-reference";
import { CANCELLING, expectClose, REDUCTION, random, runKernel } from "./harness";

describe("attention-scores", () => {
  it.each(CASES)("$sizes, causal $causal", async ({ sizes, causal }) => {
    const { batch, queries, keys, heads, keyValueHeads, headSize, scale } = sizes;
    const query = random(batch * queries * heads * headSize, 1);
    const key = random(batch * keys * keyValueHeads * headSize, 2);
    const before = random(cellCount(sizes), 3);
    const result = await runKernel(attentionScores, { query, key, scores: before }, sizes, { CAUSAL: causal });
    const expected = Float64Array.from(result.scores);
    let visibleCells = 0;
    for (const at of cells(sizes, causal)) {
      if (!at.visible) continue;
      visibleCells++;
      let sum = 0;
      for (let d = 0; d < headSize; d++) sum += query[at.query + d]! * key[at.key + d]!;
      expected[at.cell] = scale * sum;
    }
    expect(visibleCells).toBeGreaterThan(0);
    expectClose(result.scores, expected, REDUCTION, CANCELLING);
  });
});
