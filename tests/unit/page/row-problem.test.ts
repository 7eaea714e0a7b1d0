/** A row's typed number is held to the rows that the file has. */

import { expect, test } from "vitest";
import { rowProblem } from "../../../src/page/data/row-problem";
import { DatasetStore } from "../../../src/worker/dataset-store";

test("the header, an empty row and one after the last are refused with the rows there are", async () => {
  const lines = ["text,label", "a warm film,good", "a dull film,bad", "", "a fine film,good", "a poor film,bad"];
  const store = new DatasetStore(() => {});
  const summary = await store.openFile(new File([lines.join("\n")], "films.csv"), "train", 2);
  const numbers = summary.rowNumbers.train!;
  expect(numbers.first).toBe(2);
  expect([2, numbers.last].map((row) => rowProblem(summary, "train", row))).toEqual([null, null]);
  const rows = `its rows are 2 to ${numbers.last}.`;
  expect(rowProblem(summary, "train", 1)).toBe(`films.csv has no row 1 (it is the header or above it): ${rows}`);
  expect(rowProblem(summary, "train", 5000)).toBe(`films.csv has no row 5,000 (it is not there): ${rows}`);
  expect(numbers.empty).toEqual([4]);
  expect(rowProblem(summary, "train", 4)).toBe(`films.csv has no row 4 (it is empty): ${rows}`);
  expect(summary.rowNumbers.test).toBeNull();
});
