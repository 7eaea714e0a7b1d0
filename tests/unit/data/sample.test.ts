/** The rows that are measured while training. */

import { expect, test } from "vitest";
import { drawRows } from "../../../src/data/sample";

const labelled = (labels: readonly number[]) => labels.map((label) => ({ labels: Int32Array.of(label) }));
const counts = (labels: readonly number[], places: readonly number[]) =>
  [...new Set(labels)].map((label) => places.filter((place) => labels[place] === label).length);

test("every label has its share, to within a row, in the order of the rows", () => {
  const labels = Array.from({ length: 1000 }, (_, row) => (row % 10 === 0 ? 2 : row % 3 === 0 ? 1 : 0));
  for (const seed of [0, 1, 2, 12345]) {
    const drawn = drawRows(labelled(labels), 200, seed);
    expect(new Set(drawn).size).toBe(200);
    expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
    const all = counts(labels, [...labels.keys()]);
    const found = counts(labels, drawn);
    for (const [label, count] of all.entries()) expect(Math.abs(found[label]! - count / 5)).toBeLessThan(1);
  }
});

test("the seed decides which, and every row can be drawn", () => {
  const rows = labelled(Array.from({ length: 50 }, (_, row) => row % 2));
  expect(drawRows(rows, 7, 3)).toEqual(drawRows(rows, 7, 3));
  const seen = new Set(Array.from({ length: 200 }, (_, seed) => drawRows(rows, 7, seed)).flat());
  expect(seen.size).toBe(50);
});

test("no more than there are: all of them", () => {
  const rows = labelled([1, 0, 1]);
  for (const count of [3, 4, 1000]) expect(drawRows(rows, count, 0)).toEqual([0, 1, 2]);
  expect(drawRows([], 5, 0)).toEqual([]);
});

test("rows of many labels of their own are drawn by chance alone", () => {
  const tagged = Array.from({ length: 20 }, (_, row) => ({ labels: Int32Array.of(row, 1, -100) }));
  expect(new Set(drawRows(tagged, 6, 0)).size).toBe(6);
});
