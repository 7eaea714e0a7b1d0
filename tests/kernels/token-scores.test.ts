import { describe, expect, it } from "vitest";
import { TOKEN_SCORES, tokenScores } from "../../src/kernels/token-scores";
import { expectClose, FITS, REDUCTION, random, runKernel } from "./harness";

/** By the definitions, in float64. */
function scoresOf(own: Float64Array, label: number, given: number): number[] {
  const largest = Math.max(...own);
  const powers = own.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  const chances = powers.map((power) => power / sum);
  return [
    -Math.log(chances[label]!),
    -chances.reduce((total, chance) => total + (chance > 0 ? chance * Math.log(chance) : 0), 0),
    1 + own.filter((logit) => logit > own[label]!).length,
    chances[given < own.length ? given : label]!,
  ];
}

describe.each(FITS)("token-scores (%s)", (fit) => {
  it.each([
    { LISTED: 0, start: 0, width: 3, given: 3 },
    { LISTED: 1, start: 1, width: 131, given: 131 },
    { LISTED: 1, start: 1, width: 131, given: 77 },
  ])("listed $LISTED, $width columns, of column $given", async ({ LISTED, start, width, given }) => {
    const labels = Int32Array.of(-100, 2, 1, -100, 0, width - 1, -100, 2, -100);
    const rows = LISTED ? 5 : labels.length;
    const logits = random(rows * width, 1, 8);
    // Equal logits share the better rank.
    logits[width + 1] = logits[width] = logits[width + 2]!;
    const indexes = Int32Array.of(1, 2, 4, 5, 7, -1, -1, -1, -1);
    const scores = random(labels.length * TOKEN_SCORES, 2);
    const sizes = { start, rows, width, given };
    const result = await runKernel(tokenScores, { logits, indexes, labels, scores }, sizes, { LISTED }, fit);
    // What has no label stays as it was.
    const wanted = Float64Array.from(scores);
    for (let row = 0; row < rows; row++) {
      const position = LISTED ? indexes[start + row]! : start + row;
      if (position < 0 || labels[position]! < 0) continue;
      const own = Float64Array.from(logits.subarray(row * width, (row + 1) * width));
      wanted.set(scoresOf(own, labels[position]!, given), position * TOKEN_SCORES);
    }
    expectClose(result.scores, wanted, REDUCTION);
    const ranks = (values: ArrayLike<number>) => [2, 4, 5].map((place) => values[place * TOKEN_SCORES + 2]);
    expect(ranks(result.scores)).toEqual(ranks(Float32Array.from(wanted)));
  });
});
