/** Change of loss and attention to the prompt, against their definition in float64. */

import { describe, expect, it } from "vitest";
import { promptAttention } from "../../src/kernels/prompt-attention";
import { TOKEN_SCORES } from "../../src/kernels/token-scores";
import { expectClose, REDUCTION, random, runKernel } from "./harness";

const [ROWS, SPAN, QUERIES, KEYS] = [67, 5, 8, 11];
/** Row 3 has no label; others begin with a prompt, and some have one in between. */
const labels = Int32Array.from({ length: ROWS * SPAN }, (_, i) => {
  const [row, place] = [Math.floor(i / SPAN), i % SPAN];
  return row === 3 || place < row % 3 || place === 4 || (row % 5 === 0 && place === 2) ? -100 : i % 11;
});
const scores = random(ROWS * SPAN * TOKEN_SCORES, 1, 3);
const probabilities = random(ROWS * QUERIES * KEYS, 2).map(Math.abs);

describe("prompt-attention", () => {
  it.each([
    { firstQuery: 0, firstKey: 0, change: 0.5, sign: 1 },
    { firstQuery: 3, firstKey: 6, change: 0.3, sign: -1 },
    { firstQuery: 2, firstKey: 1, change: 0, sign: -1 },
  ])("own tokens from $firstQuery and $firstKey, change $change, sign $sign", async (sizes) => {
    const { firstQuery, firstKey, change, sign } = sizes;
    const result = await runKernel(
      promptAttention,
      { scores, labels, probabilities },
      { rows: ROWS, span: SPAN, queries: QUERIES, keys: KEYS, ...sizes },
    );
    const expected = Float64Array.from(scores);
    for (let row = 0; row < ROWS; row++) {
      const places = Array.from({ length: SPAN }, (_, place) => place);
      const labelled = places.filter((place) => labels[row * SPAN + place]! >= 0);
      const prompt = places.filter((place) => place === 0 || labels[row * SPAN + place - 1]! < 0);
      const own = (place: number) => sign * scores[(row * SPAN + place) * TOKEN_SCORES]!;
      const [low, high] = [Math.min(...labelled.map(own)), Math.max(...labelled.map(own))];
      for (const place of labelled) {
        const start = (row * QUERIES + firstQuery + place + 1) * KEYS + firstKey;
        const seen = prompt.reduce((sum, key) => sum + probabilities[start + key]!, 0);
        const share = labelled.length === 1 ? 0 : (own(place) - low) / (high - low);
        expected[(row * SPAN + place) * TOKEN_SCORES] = change * share + (1 - change) * seen;
      }
    }
    expectClose(result.scores, expected, REDUCTION);
  });

  it("equal changes leave attention to decide", async () => {
    const { scores: said } = await runKernel(
      promptAttention,
      { scores: new Float32Array(12), labels: Int32Array.of(1, 1, -1), probabilities: new Float32Array(9).fill(0.25) },
      { rows: 1, span: 3, queries: 3, keys: 3, firstQuery: 0, firstKey: 0, change: 0.5, sign: 1 },
    );
    expect([said[0], said[4], said[8]]).toEqual([0.125, 0.125, 0]);
  });
});
