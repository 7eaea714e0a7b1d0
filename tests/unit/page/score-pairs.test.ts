/** Which two runs of a file's scores are looked at first, and what is known of two others. */

import { expect, test } from "vitest";
import { likeliestPair, pairOf } from "../../../src/page/results/score-pairs";

const pair = (better: string, worse: string, rows: number) => ({ better, worse, rows, shown: [] });
const pairs = [pair("a", "b", 2), pair("b", "a", 7), pair("a", "c", 7), pair("c", "a", 0)];

test("the pair with the most rows comes first, the earlier of equal ones", () => {
  expect(likeliestPair({ pairs })).toEqual(pairs[1]);
});

test("a pair is found by its order, and the first stands in for one that is gone", () => {
  expect(pairOf({ pairs }, { better: "c", worse: "a" })).toBe(pairs[3]);
  expect(pairOf({ pairs }, { better: "a", worse: "gone" })).toBe(pairs[0]);
});
