/**
 * Which rows of a file can be scored: those with an answer that training had, never seen in
 * training; and what is said of the others.
 */

import { describe, expect, test } from "vitest";
import type { Example } from "../../../src/data/examples";
import { answerColumns, answerRoles, readLabelled } from "../../../src/data/labelled";
import { readTable } from "../../../src/data/table";

const table = (lines: readonly string[]) => readTable(new File([`${lines.join("\n")}\n`], "new.csv"));
const columns = { text: "text", textPair: null, label: "label" };
const row = (text: string): Example => ({ text, textPair: null, label: 0, row: 2 });
const known = { labels: ["ham", "spam"], file: "train.csv", trained: [[row("Known text")]] };
const read = async (lines: readonly string[], more = {}) =>
  readLabelled(await table(lines), "sequence-classification", columns, { ...known, ...more });

describe("the columns with the answers", () => {
  test("are those that were trained on, where the file has all of them", async () => {
    const own = await table(["text,label,a,b", "t,x,0,1"]);
    expect(answerColumns(own, "sequence-classification", columns)).toEqual({ label: "label" });
    expect(answerColumns(own, "sequence-classification", { ...columns, label: "other" })).toBeNull();
    expect(answerColumns(own, "multi-label-classification", { labels: ["a", "b"] })).toEqual({ labels: ["a", "b"] });
    expect(answerColumns(own, "multi-label-classification", { labels: ["a", "c"] })).toBeNull();
    const empty = await table(["text,label", "t,", "u, "]);
    expect(answerColumns(empty, "sequence-classification", columns)).toBeNull();
    expect(answerRoles("token-classification").map(({ role }) => role)).toEqual(["tags"]);
  });
});

describe("rows", () => {
  test("without an answer, of an unknown label, or from training are named and left out", async () => {
    const found = await read([
      "text,label",
      "one,ham",
      "two,",
      "three,eggs",
      "known   TEXT,spam",
      ",ham",
      "four,spam",
      "five,eggs",
    ]);
    expect(found.examples.map(({ text, label }) => [text, label])).toEqual([
      ["one", 0],
      ["four", 1],
    ]);
    expect(found).toMatchObject({ unlabelled: [3], unknown: [{ label: "eggs", rows: [4, 8] }], seen: [5] });
    expect(found.notices).toEqual([
      "Not scored: 1 row without an answer (row 3).",
      'Not scored: 2 rows with "eggs", which training never had (rows 4, 8).',
      "Not scored: 1 row whose text is among the training rows of train.csv (row 5).",
    ]);
  });

  test("of which most have no answer are scored all the same, and one number for all is no fault", async () => {
    expect((await read(["text,label", "one,ham", "two,", "three,", "four,"])).unlabelled).toEqual([3, 4, 5]);
    const numbers = readLabelled(
      await table(["text,score", "one,2", "two,2"]),
      "regression",
      { text: "text", textPair: null, number: "score" },
      { ...known, labels: [] },
    );
    expect(numbers.examples.map(({ values }) => values![0])).toEqual([2, 2]);
  });

  test("of lists of labels have none where the cell is empty, unless all are", async () => {
    const lists = async (lines: readonly string[]) =>
      readLabelled(
        await table(lines),
        "multi-label-classification",
        { text: "text", textPair: null, labels: ["tags"] },
        { ...known },
      );
    const found = await lists(["text,tags", "one,ham;spam", "two,", "three,ham;eggs"]);
    expect(found.examples.map(({ values }) => [...values!])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(found.unknown).toEqual([{ label: "eggs", rows: [4] }]);
    await expect(lists(["text,tags", "one,", "two,"])).rejects.toThrow(
      'new.csv, column "tags": None of 2 rows has both a text and an answer',
    );
  });

  test("of words with a tag that training never had are left out once", async () => {
    const found = readLabelled(
      await table(["tokens,tags", "a b,O O", "c d,B-X B-X", "e,O"]),
      "token-classification",
      { tokens: "tokens", tags: "tags" },
      { labels: ["B-Y", "O"], file: "train.csv", trained: [] },
    );
    expect(found.examples.map(({ row }) => row)).toEqual([2, 4]);
    expect(found.unknown).toEqual([{ label: "B-X", rows: [3] }]);
  });

  test("that are all left out are refused with the reasons", async () => {
    await expect(read(["text,label", "Known text,ham", "new,eggs"])).rejects.toThrow(
      /No row is left to score\. .* with "eggs".* is among the training rows of train\.csv \(row 2\)\. Open a file/,
    );
    await expect(read(["text,label", "one,", "two,"])).rejects.toThrow("None of 2 rows has both");
  });

  test("need columns that the file has", async () => {
    await expect(
      readTable(new File(["text,label\na,ham\n"], "new.csv")).then((own) =>
        readLabelled(own, "sequence-classification", { ...columns, label: "mark" }, known),
      ),
    ).rejects.toThrow('new.csv, column "mark": The file has no column of this name');
  });
});
