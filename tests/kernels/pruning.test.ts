/**
 * The kernels that choose what of a batch is learned from, against their definitions in float64.
 */

import { describe, expect, it } from "vitest";
import { ALWAYS_KEPT, keepShare, NEVER_KEPT } from "../../src/kernels/keep-share";
import { LABEL_RULES, labelScores } from "../../src/kernels/label-scores";
import { lossChange } from "../../src/kernels/loss-change";
import { pruneShares } from "../../src/kernels/prune-shares";
import { ROW_FIGURES, rowFigures } from "../../src/kernels/row-figures";
import { ROW_RULES, rowScores } from "../../src/kernels/row-scores";
import { TOKEN_SCORES } from "../../src/kernels/token-scores";
import { expectClose, FITS, REDUCTION, random, runKernel } from "./harness";

const [ROWS, SPAN] = [67, 5];
/** Row 3 has no label, others lack some. */
const labels = Int32Array.from({ length: ROWS * SPAN }, (_, i) =>
  Math.floor(i / SPAN) === 3 || i % 7 === 2 ? -100 : i % 11,
);
const scores = random(ROWS * SPAN * TOKEN_SCORES, 1, 3).map(Math.abs);
const places = (row: number) =>
  Array.from({ length: SPAN }, (_, place) => row * SPAN + place).filter((i) => labels[i]! >= 0);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** By the definition: means of losses and entropies, and how many labels there are. */
const figuresOf = (row: number) => [
  mean(places(row).map((i) => scores[i * TOKEN_SCORES]!)),
  mean(places(row).map((i) => scores[i * TOKEN_SCORES + 1]!)),
  places(row).length,
];
const known = Float32Array.from(Array.from({ length: ROWS }, (_, row) => figuresOf(row)).flat());

it("row-figures: means over the labels of a row", async () => {
  const result = await runKernel(
    rowFigures,
    { scores, labels, figures: random(ROWS * ROW_FIGURES, 9) },
    { rows: ROWS, span: SPAN },
  );
  expectClose(result.figures, Float64Array.from(known), REDUCTION);
  expect([...result.figures.subarray(3 * ROW_FIGURES, 4 * ROW_FIGURES)]).toEqual([0, 0, 0]);
});

describe("row-scores", () => {
  const run = async (rule: keyof typeof ROW_RULES, sign = 1, draw = Int32Array.of(5, 9, 1, 0), salt = 3) =>
    runKernel(
      rowScores,
      { figures: known, draw, scores: random(ROWS, 4), corner: random(ROWS, 5) },
      { rows: ROWS, salt, sign },
      { RULE: ROW_RULES[rule] },
    );

  it("are losses, either way round", async () => {
    for (const sign of [1, -1]) {
      const result = await run("loss", sign);
      const expected = Float64Array.from({ length: ROWS }, (_, row) => sign * known[row * ROW_FIGURES]!);
      expected[3] = NEVER_KEPT;
      expectClose(result.scores, expected, REDUCTION);
    }
  });

  it("are how wide the corners of loss and entropy have to be for a row to be in one", async () => {
    const result = await run("corners");
    const all = Array.from({ length: ROWS }, (_, row) => row).filter((row) => row !== 3);
    const rank = (row: number, place: number) =>
      all.filter((other) => known[other * ROW_FIGURES + place]! < known[row * ROW_FIGURES + place]!).length;
    /** With k + 1 rows at each end: high loss and low entropy, or low loss and high entropy. */
    const within = (row: number, k: number) => {
      const [a, b] = [rank(row, 0), rank(row, 1)];
      const high = (of: number) => of >= all.length - 1 - k;
      const low = (of: number) => of <= k;
      return { first: high(a) && low(b), second: low(a) && high(b) };
    };
    for (const row of all) {
      let k = 0;
      while (!within(row, k).first && !within(row, k).second) k++;
      expect(result.scores[row]).toBe(-k);
      expect(result.corner[row]).toBe(within(row, k).first ? 1 : 0);
    }
    expect(result.scores[3]).toBe(NEVER_KEPT);
  });

  it("are drawn: the same for the same seed, step and salt, and spread over [0, 1)", async () => {
    const [one, again, other] = [
      await run("drawn"),
      await run("drawn"),
      await run("drawn", 1, Int32Array.of(5, 10, 1, 0)),
    ];
    expect(again.scores).toEqual(one.scores);
    expect(other.scores).not.toEqual(one.scores);
    const drawn = [...one.scores].filter((_, row) => row !== 3);
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(mean(drawn)).toBeGreaterThan(0.35);
    expect(mean(drawn)).toBeLessThan(0.65);
    expect(new Set(drawn).size).toBe(drawn.length);
  });
});

describe("label-scores", () => {
  const keptRows = Float32Array.from({ length: ROWS }, (_, row) => (row % 3 === 0 ? 0 : 1));
  const pruned = Float32Array.from({ length: ROWS }, (_, row) => (row % 2 === 0 ? 1 : 0));
  const run = (RULE: number, SOME: number, sizes: { neighbours: number; sign: number }) =>
    runKernel(
      labelScores,
      { losses: scores, labels, keptRows, pruned, draw: Int32Array.of(1, 2, 1, 0), scores: random(ROWS * SPAN, 6) },
      { rows: ROWS, span: SPAN, salt: 8, ...sizes },
      { RULE, SOME },
    );

  it.each([
    { SOME: 0, neighbours: 0, sign: 1 },
    { SOME: 1, neighbours: 0.25, sign: 1 },
    { SOME: 1, neighbours: 0.6, sign: -1 },
  ])("some rows $SOME, neighbours $neighbours, sign $sign", async ({ SOME, neighbours, sign }) => {
    const result = await run(LABEL_RULES.perplexity, SOME, { neighbours, sign });
    const perplexity = (row: number, i: number) =>
      i >= row * SPAN && i < (row + 1) * SPAN && labels[i]! >= 0 ? Math.exp(scores[i * TOKEN_SCORES]!) : 0;
    const expected = Float64Array.from({ length: ROWS * SPAN }, (_, i) => {
      const row = Math.floor(i / SPAN);
      if (labels[i]! < 0 || keptRows[row] === 0) return NEVER_KEPT;
      if (SOME && pruned[row] === 0) return ALWAYS_KEPT;
      const beside = perplexity(row, i - 1) + perplexity(row, i + 1);
      return sign * ((1 - neighbours) * perplexity(row, i) + neighbours * beside);
    });
    // The ends are far from everything else.
    const ends = (values: ArrayLike<number>) =>
      Array.from(values, (value) => (Math.abs(value) >= ALWAYS_KEPT ? value : 0));
    expect(ends(result.scores)).toEqual(ends(expected));
    const inner = (values: ArrayLike<number>) =>
      Float64Array.from(values, (value) => (Math.abs(value) >= ALWAYS_KEPT ? 0 : value));
    expectClose(Float32Array.from(inner(result.scores)), inner(expected), REDUCTION);
  });

  it.each([1, -1])("are losses alone, sign %d", async (sign) => {
    const { scores: said } = await run(LABEL_RULES.loss, 0, { neighbours: 0, sign });
    for (let i = 0; i < said.length; i++) {
      const isLeft = labels[i]! < 0 || keptRows[Math.floor(i / SPAN)] === 0;
      expect(said[i]).toBe(isLeft ? NEVER_KEPT : sign * scores[i * TOKEN_SCORES]!);
    }
  });

  it("are drawn for candidates alone", async () => {
    const { scores: drawn } = await run(LABEL_RULES.drawn, 0, { neighbours: 0, sign: 1 });
    for (let i = 0; i < drawn.length; i++) {
      if (labels[i]! < 0 || keptRows[Math.floor(i / SPAN)] === 0) expect(drawn[i]).toBe(NEVER_KEPT);
      else expect(drawn[i]! >= 0 && drawn[i]! < 1).toBe(true);
    }
  });

  it("stay finite where a loss is not of this world", async () => {
    const losses = new Float32Array(2 * TOKEN_SCORES).fill(200);
    const { scores: said } = await runKernel(
      labelScores,
      {
        losses,
        labels: Int32Array.of(1, 1),
        keptRows: Float32Array.of(1),
        pruned: Float32Array.of(1),
        draw: new Int32Array(4),
        scores: new Float32Array(2),
      },
      { rows: 1, span: 2, salt: 0, neighbours: 0.5, sign: 1 },
      { RULE: LABEL_RULES.perplexity },
    );
    expect([...said].every((score) => score < ALWAYS_KEPT && score > 0)).toBe(true);
  });
});

it("loss-change: of labels alone, and of nothing but losses", async () => {
  // Every fifth has hardly changed.
  const earlier = random(ROWS * SPAN, 7, 3).map((value, i) =>
    i % 5 === 0 ? scores[i * TOKEN_SCORES]! + 2e-6 : Math.abs(value),
  );
  const result = await runKernel(lossChange, { scores, labels, earlier }, { count: ROWS * SPAN });
  const expected = Float64Array.from(scores, (value, at) => {
    const i = Math.floor(at / TOKEN_SCORES);
    if (at % TOKEN_SCORES > 0 || labels[i]! < 0) return value;
    return i % 5 === 0 ? 0 : value - earlier[i]!;
  });
  expectClose(result.scores, expected, REDUCTION);
});

describe("keep-share", () => {
  it.each([
    { span: 67, share: 0.25, keeps: 17 },
    { span: 5, share: 0.6, keeps: 3 },
    { span: 7, share: 1, keeps: 7 },
    { span: 10, share: 0.01, keeps: 1 },
  ])("keeps $keeps of $span", async ({ span, share, keeps }) => {
    const count = 3 * span;
    const given = random(count, 2);
    // Equal ones: the first is kept.
    if (span > 6) given.fill(given[0]!, 0, 4);
    const { kept } = await runKernel(keepShare, { scores: given, kept: random(count, 3) }, { count, span, share });
    for (let first = 0; first < count; first += span) {
      const order = Array.from({ length: span }, (_, place) => first + place).sort((i, j) => given[j]! - given[i]!);
      const expected = new Set(order.slice(0, keeps));
      for (const i of order) expect(kept[i]).toBe(expected.has(i) ? 1 : 0);
    }
  });

  it("neither counts nor chooses between what is always or never kept", async () => {
    const given = Float32Array.of(NEVER_KEPT, 1, 2, ALWAYS_KEPT, 3, 4, ALWAYS_KEPT, NEVER_KEPT, NEVER_KEPT);
    const { kept } = await runKernel(
      keepShare,
      { scores: given, kept: new Float32Array(9) },
      { count: 9, span: 7, share: 0.5 },
    );
    expect([...kept]).toEqual([0, 0, 0, 1, 1, 1, 1, 0, 0]);
  });
});

describe.each(FITS)("prune-shares (%s)", (fit) => {
  const count = ROWS * SPAN;
  const shares = random(count, 1).map((value, i) => (i % 4 === 0 ? 0 : Math.abs(value)));
  const tokens = Int32Array.from({ length: ROWS }, (_, row) => row + 2);

  it.each([0, 1])("what is left sums to 1; rows counted whole: %d", async (COUNTED) => {
    const kept = Float32Array.from({ length: count }, (_, i) => (Math.floor(i / SPAN) % 3 === 1 || i % 5 < 2 ? 0 : 1));
    const stepFigures = Float32Array.of(7, 8, 9, 0, 0, 0);
    const result = await runKernel(
      pruneShares,
      { kept, tokens, shares, stepFigures },
      { count, perRow: SPAN },
      { COUNTED },
      fit,
    );
    const own = Float64Array.from(shares, (share, i) => share * kept[i]!);
    const sum = own.reduce((total, share) => total + share, 0);
    expectClose(
      result.shares,
      own.map((share) => share / sum),
      REDUCTION,
    );
    const rows = Array.from({ length: ROWS }, (_, row) => row).filter((row) =>
      own.subarray(row * SPAN, (row + 1) * SPAN).some((share) => share > 0),
    );
    const labelled = own.filter((share) => share > 0).length;
    const counted = COUNTED ? rows.reduce((total, row) => total + tokens[row]!, 0) : labelled;
    expectClose(result.stepFigures, Float64Array.of(7, 8, 9, rows.length, counted, sum), REDUCTION);
  });

  it("nothing left is nothing learned", async () => {
    const result = await runKernel(
      pruneShares,
      {
        kept: new Float32Array(10),
        tokens: new Int32Array(2),
        shares: random(10, 1),
        stepFigures: new Float32Array(6),
      },
      { count: 10, perRow: 5 },
      {},
      fit,
    );
    expect([...result.shares, ...result.stepFigures]).toEqual(new Array(16).fill(0));
  });
});
