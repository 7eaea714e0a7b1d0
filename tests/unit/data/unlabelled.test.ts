/**
 * Files whose rows are to be predicted: which columns are read, and which run answers which row.
 */

import { describe, expect, test } from "vitest";
import { readTable } from "../../../src/data/table";
import {
  columnValues,
  inputColumns,
  inputRoles,
  MOST_VALUES,
  readInputs,
  rowsByRun,
} from "../../../src/data/unlabelled";

const table = (text: string, name = "new.csv") => readTable(new File([text], name));
const mixed = "text,shop\ngood,north\n,south\nbad, north \nfine,south\n";

describe("columns", () => {
  test("are those that were trained on, else the likeliest; a second text only where one was trained on", async () => {
    const own = await table("review,sentence,hypothesis\na b,c d,e f\n");
    const task = "sequence-classification";
    expect(inputColumns(own, task, { text: "review", label: "x" })).toEqual({ text: "review", textPair: null });
    expect(inputColumns(own, task, { text: "other" })).toEqual({ text: "sentence", textPair: null });
    expect(inputColumns(own, "token-classification", { tokens: "words" })).toEqual({ tokens: "sentence" });
    expect(inputRoles("causal-lm")).toEqual([]);
    expect(inputRoles("regression").map(({ role }) => role)).toEqual(["text", "textPair"]);
  });

  test("with few different values may say which run answers", async () => {
    expect(columnValues(await table(mixed)).map(({ column }) => column)).toEqual(["text", "shop"]);
    expect(columnValues(await table(mixed))[1]!.values).toEqual([
      { value: "north", rows: 2 },
      { value: "south", rows: 2 },
    ]);
    const many = Array.from({ length: MOST_VALUES + 1 }, (_, index) => `t,${index}`).join("\n");
    expect(columnValues(await table(`text,id\n${many}\n`)).map(({ column }) => column)).toEqual(["text"]);
  });
});

test("rows without text are left out where they stand, and words are a list's", async () => {
  const inputs = readInputs(await table(mixed), { text: "text", textPair: null });
  expect(inputs.map((one) => one && [one.text, one.row])).toEqual([["good", 2], null, ["bad", 4], ["fine", 5]]);
  const tagged = readInputs(await table('tokens\n"[""EU"", ""rejects""]"\n'), { tokens: "tokens" });
  expect(tagged[0]).toMatchObject({ words: ["EU", "rejects"], tags: [0, 0], text: "EU rejects" });
});

test("rows go to the run of their value, and a value without one is named with its row", async () => {
  const read = await table(mixed);
  const runs = { north: "LoRA", south: "LoRA 2" };
  expect(rowsByRun(read, { column: "shop", runs })).toEqual(
    new Map([
      ["LoRA", [0, 2]],
      ["LoRA 2", [1, 3]],
    ]),
  );
  expect(rowsByRun(read, { run: "LoRA" })).toEqual(new Map([["LoRA", [0, 1, 2, 3]]]));
  expect(() => rowsByRun(read, { column: "shop", runs: { north: "LoRA" } })).toThrow(
    'new.csv, row 3, column "shop": No run is chosen for "south" (runs are chosen for "north").',
  );
  expect(() => rowsByRun(read, { column: "town", runs })).toThrow(/no column of this name \(it has: text, shop/);
});
