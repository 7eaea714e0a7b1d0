/** Tables of a soak, of samples whose slopes are known. */

import { expect, test } from "vitest";
import { memoryTables, type Soaked } from "../../../bench/soak/table";

const MEGABYTE = 1e6;

/** Grows by 2 bytes a step in one place and not at all in another; the first tenth is warm-up. */
const soaked: Soaked = {
  executor: "processor",
  device: "processor, 2 threads",
  browser: "1",
  collected: Array.from({ length: 20 }, (_, index) => ({
    step: index * 1000,
    bytes: { grows: 2 * index * 1000 + (index === 0 ? 50 : 3) * MEGABYTE, stays: 7 * MEGABYTE },
  })),
  leftAlone: [9, 12, 8].map((size, index) => ({
    step: 20_000 + index * 1000,
    bytes: { stays: size * MEGABYTE },
  })),
  after: { step: 23_000, bytes: { stays: 7 * MEGABYTE } },
};

test("what is held: first and last after the warm-up, and slopes with intervals", () => {
  const [, , ...rows] = memoryTables([soaked])["memory held"];
  expect(rows).toEqual([
    "| processor, 2 threads | 3,000 to 19,000 | grows | 3.0 | 3.0 | 0.002 (0.002 to 0.002) | 0.002 (0.002 to 0.002) |",
    "| processor, 2 threads | 3,000 to 19,000 | stays | 7.0 | 7.0 | 0.000 (0.000 to 0.000) | 0.000 (0.000 to 0.000) |",
  ]);
});

test("what is left: the most of it, and what a collection takes back", () => {
  const [, , ...rows] = memoryTables([soaked])["memory left"];
  expect(rows).toEqual(["| processor, 2 threads | 19,000 to 23,000 | stays | 7.0 | 12.0 | 8.0 | 7.0 |"]);
});
