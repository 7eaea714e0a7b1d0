/** Which columns rows can be sliced by, and which row is in which slice. */

import { describe, expect, test } from "vitest";
import { sliceColumns, sliceRows, usedColumns, valuesOf } from "../../../src/data/slices";
import type { Table } from "../../../src/data/table";

const table = (columns: string[], rows: string[][]): Table => ({
  ...{ file: "shop.csv", columns, rows, notices: [], bytes: 0 },
  rowNumbers: rows.map((_, index) => index + 2),
});

/** Every row in exactly one slice. */
const expectWhole = (values: readonly string[]) =>
  expect(
    sliceRows(values)
      .flatMap(({ rows }) => rows)
      .sort((a, b) => a - b),
  ).toEqual([...values.keys()]);

describe("columns", () => {
  const rows = Array.from({ length: 20 }, (_, row) => [
    `text ${row}`,
    row % 2 ? "good" : "bad",
    row % 3 ? "web" : "phone",
    `id-${row}`,
    String(row * 1.5),
    "same",
  ]);
  const shop = table(["text", "label", "channel", "order", "price", "country"], rows);

  test("are those with values that several rows share, or numbers; never texts or answers", () => {
    expect(sliceColumns(shop, { text: "text", label: "label" })).toEqual(["channel", "price"]);
  });

  test("that a prompt's template reads are texts, too", () => {
    expect(sliceColumns(shop, { prompt: "{text} by {channel}", response: "label" })).toEqual(["price"]);
    expect([...usedColumns({ prompt: "{text} by {channel}", response: "label" })]).toEqual(
      expect.arrayContaining(["text", "channel", "label"]),
    );
  });

  test("are read by row number, and one that is not there is named with those that are", () => {
    expect(valuesOf(shop, "channel", [4, 2])).toEqual(["web", "phone"]);
    expect(() => valuesOf(shop, "shop", [2])).toThrow(
      /shop\.csv.*"shop".*no column of this name to slice by \(it has: text, label, channel, order, price, country\)/s,
    );
  });
});

describe("rows", () => {
  test("are sliced by value, the largest slice first and rows without one last", () => {
    const values = ["b", "", "a", "a", "b", "a", ""];
    expect(sliceRows(values)).toEqual([
      { name: "a", rows: [2, 3, 5] },
      { name: "b", rows: [0, 4] },
      { name: "(empty)", rows: [1, 6] },
    ]);
  });

  test("with rare values share a slice beside the eleven largest", () => {
    const values = Array.from({ length: 20 }, (_, value) => Array<string>(20 - value).fill(`v${value}`)).flat();
    const slices = sliceRows(values);
    expect(slices.length).toBe(12);
    expect(slices.slice(0, 11).map(({ name }) => name)).toEqual(Array.from({ length: 11 }, (_, value) => `v${value}`));
    expect(slices[11]!.name).toBe("9 other values");
    expectWhole(values);
  });

  test("with many numbers are cut into four bands of about as many rows; equal numbers stay together", () => {
    const values = Array.from({ length: 40 }, (_, row) => String(40 - row));
    expect(sliceRows(values).map(({ name, rows }) => [name, rows.length])).toEqual([
      ["1 to 10", 10],
      ["11 to 20", 10],
      ["21 to 30", 10],
      ["31 to 40", 10],
    ]);
    const skewed = [...Array<string>(30).fill("0"), ...Array.from({ length: 14 }, (_, row) => String(row + 1)), ""];
    const slices = sliceRows(skewed);
    expect(slices[0]).toEqual({ name: "0", rows: Array.from({ length: 30 }, (_, row) => row) });
    expect(slices.at(-1)).toEqual({ name: "(empty)", rows: [44] });
    expectWhole(skewed);
  });

  test("without a number stand beside the bands, whatever word says that it is missing", () => {
    const missing = ["nan", "NaN", "null", "None", "NA", "N/A"];
    const values = [...Array.from({ length: 40 }, (_, row) => String(row + 1)), ...missing, ""];
    expect(sliceRows(values).map(({ name, rows }) => [name, rows.length])).toEqual([
      ["1 to 10", 10],
      ["11 to 20", 10],
      ["21 to 30", 10],
      ["31 to 40", 10],
      ["no number", 6],
      ["(empty)", 1],
    ]);
    expectWhole(values);
    const shop = table(
      ["price", "note"],
      values.map((value, row) => [value, row % 2 ? `note ${row}` : "nan"]),
    );
    expect(sliceColumns(shop, {})).toEqual(["price"]);
  });

  test("of words keep what reads like a missing number as a word", () => {
    expect(sliceRows(["None", "some", "None", "NA"]).map(({ name }) => name)).toEqual(["None", "some", "NA"]);
  });

  test("with few numbers keep a slice for each", () => {
    expect(sliceRows(["1", "2", "1"]).map(({ name }) => name)).toEqual(["1", "2"]);
  });
});

test("numbers with a decimal comma are bands, in their order", () => {
  const values = Array.from({ length: 40 }, (_, row) => `${row},5`);
  expect(sliceRows(values, true).map(({ name }) => name)).toEqual([
    "0,5 to 9,5",
    "10,5 to 19,5",
    "20,5 to 29,5",
    "30,5 to 39,5",
  ]);
  expect(sliceRows(values).at(-1)!.name).toBe("29 other values");
});
