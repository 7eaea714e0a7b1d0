/** Scores of rows as the page shows them: sorted, counted, in quarters, as a file. */

import { expect, test } from "vitest";
import {
  binned,
  medianOf,
  rankShares,
  type ScoredRows,
  scoreColumns,
  scoresCsv,
  sortedRows,
} from "../../../src/page/instruments/row-scores/columns";

const { NaN: none } = Number;

const found: ScoredRows = {
  rows: [
    { row: 2, text: "=1+1", truth: "sum" },
    { row: 3, text: "two, words", truth: "text" },
    { row: 5, text: "bare", truth: "" },
  ],
  scores: {
    labels: null,
    losses: Float64Array.of(0.5, 2, none),
    entropies: Float64Array.of(1, 0.25, none),
    states: null,
    gradientNorms: null,
    gradientProducts: null,
  },
  other: {
    labels: null,
    losses: Float64Array.of(0.75, 1, none),
    entropies: null,
    states: null,
    gradientNorms: null,
    gradientProducts: null,
  },
  weights: null,
  names: new Map(),
  ofTokens: false,
};

test("only what was computed is a column, and a change is the loss less the compared one", () => {
  const columns = scoreColumns(found);
  expect(columns.map(({ id }) => id)).toEqual(["loss", "entropy", "other", "change"]);
  expect(columns.at(-1)!.values).toEqual(Float64Array.of(-0.25, 1, none));
  expect(scoreColumns({ ...found, other: null }).map(({ id }) => id)).toEqual(["loss", "entropy"]);
});

test("whether rows help is two columns, without weights where none does", () => {
  const gradientProducts = Float64Array.of(-1, 2, 1);
  const scores = { ...found.scores, gradientProducts };
  const ids = (weights: Float64Array | null) => scoreColumns({ ...found, scores, weights }).map(({ id }) => id);
  expect(ids(Float64Array.of(0, 2, 1)).slice(-2)).toEqual(["helps", "weight"]);
  expect(ids(null).at(-1)).toBe("helps");
});

test("rows without a number come last, whichever way they are sorted", () => {
  const [loss] = scoreColumns(found);
  expect(sortedRows(loss!, true)).toEqual([1, 0, 2]);
  expect(sortedRows(loss!, false)).toEqual([0, 1, 2]);
});

test("every number falls into one bar, the largest into the last", () => {
  const bars = binned(Float64Array.of(0, 1, 1.5, 2, none), 2);
  expect(bars).toEqual([
    { from: 0, upTo: 1, count: 1 },
    { from: 1, upTo: 2, count: 3 },
  ]);
  expect(binned(Float64Array.of(3, 3), 4).map(({ count }) => count)).toEqual([2, 0, 0, 0]);
  expect(binned(Float64Array.of(none), 4)).toEqual([]);
});

test("a median is the middle one, or between the two", () => {
  expect(medianOf(Float64Array.of(5, none, 1, 3))).toBe(3);
  expect(medianOf(Float64Array.of(10, 2))).toBe(6);
  expect(medianOf(Float64Array.of())).toBeNaN();
});

test("ranks are first, second or third, or further down, which are all", () => {
  const shares = rankShares(Int32Array.of(1, 1, 2, 3, 4, 900, 1, 1));
  expect(shares).toEqual({ first: 0.5, near: 0.25, far: 0.25 });
});

test("the file has every row, no formula, and an empty cell where there is no number", () => {
  expect(scoresCsv(found).split("\r\n")).toEqual([
    "row,text,truth,loss,entropy,loss compared,change of loss",
    '2,"\'=1+1",sum,0.5,1,0.75,-0.25',
    '3,"two, words",text,2,0.25,1,1',
    "5,bare,,,,,",
  ]);
});
