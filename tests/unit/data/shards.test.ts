/**
 * A table in several files: joined in order, held to the same columns and to one table's bounds,
 * and every message that names a row says in which file.
 */

import { gzipSync } from "node:zlib";
import { expect, it, test } from "vitest";
import { DataError } from "../../../src/data/errors";
import { LARGEST_BYTES } from "../../../src/data/files/records";
import { openTable } from "../../../src/data/open-table";
import { nameRows, placeOf } from "../../../src/data/shards";
import { readTable } from "../../../src/data/table";
import { DatasetStore } from "../../../src/worker/dataset-store";

const csv = (name: string, ...rows: string[]) => new File([`text,label\n${rows.join("\n")}\n`], name);
const lines = (name: string, ...rows: object[]) => new File([rows.map((row) => JSON.stringify(row)).join("\n")], name);

test("rows are those of the files one after the other, and their numbers go on", async () => {
  const seen: [number, number][] = [];
  const files = [csv("a.csv", "one,x", "", "two,y"), csv("b.csv", "three,x"), csv("c.csv", "four,y")];
  const table = await openTable(files, (done, total) => seen.push([done, total]));
  expect(table.file).toBe("a.csv and 2 more");
  expect(table.bytes).toBe(files.reduce((sum, { size }) => sum + size, 0));
  expect(table.rows.map(([text]) => text)).toEqual(["one", "two", "three", "four"]);
  expect(table.rowNumbers).toEqual([2, 4, 6, 8]);
  expect(table.rowNumbers.map((row) => placeOf(table, row))).toEqual([
    { file: "a.csv", row: 2 },
    { file: "a.csv", row: 4 },
    { file: "b.csv", row: 2 },
    { file: "c.csv", row: 2 },
  ]);
  expect(table.notices).toEqual([
    "a.csv and 2 more: 3 files joined to 4 rows, numbered on from file to file: a.csv up to row 4, b.csv up to row 6, c.csv up to row 8.",
    "a.csv: skipped 1 empty row (row 3).",
  ]);
  expect(seen.at(-1)).toEqual([table.bytes, table.bytes]);
});

test("files of different kinds, with columns in another order, are one table", async () => {
  const packed = new File([gzipSync("label,text\ny,two\n")], "b.csv.gz");
  const table = await openTable([csv("a.csv", "one,x"), packed, lines("c.jsonl", { text: "three", label: "x" })]);
  expect(table.columns).toEqual(["text", "label"]);
  expect(table.rows).toEqual([
    ["one", "x"],
    ["two", "y"],
    ["three", "x"],
  ]);
});

it.each<[string, object, string]>([
  ["lacks one", { text: "b" }, 'it lacks "label"'],
  ["has another", { text: "b", label: "y", more: 1 }, 'it has "more" beside them'],
  ["has another name", { text: "b", class: "y" }, 'it lacks "label" and has "class" beside them'],
])("a file whose columns differ: %s", async (_, row, said) => {
  const opened = openTable([csv("a.csv", "a,x"), lines("b.jsonl", row)]);
  await expect(opened).rejects.toThrow(
    `b.jsonl: Its columns are not those of a.csv, with which it is to be one table: ${said}. Take one of the files`,
  );
});

test("what is said of every file in the same words is said once", async () => {
  const files = ["a", "b", "c"].map((name) => new File([`,text,label\n0,${name},x\n1,more,y\n`], `${name}.csv`));
  const { notices } = await openTable(files);
  expect(notices.slice(1)).toEqual([
    "a.csv: the first column has no name and counts the rows (pandas' index); it is left out. The same of 2 more files.",
  ]);
});

/** A file that says it is larger than it is: nothing of it may be read. */
function unread(name: string, size: number): File {
  const file = csv(name, "a,x");
  return Object.defineProperties(file, {
    size: { value: size },
    ...Object.fromEntries(
      ["slice", "stream", "text", "arrayBuffer"].map((key) => [key, { value: () => expect.fail() }]),
    ),
  });
}

test("files that are too large together are refused with both numbers, before anything is read", async () => {
  const half = LARGEST_BYTES / 2;
  await expect(openTable([unread("a.csv", half), unread("b.csv", half + 1)])).rejects.toThrow(
    "a.csv and 1 more: The 2 files have 268,435,457 bytes in all; at most 268,435,456 are read as one table.",
  );
});

it.each<[string, File]>([
  ["text", csv("b.csv", "a,x")],
  ["unpacked", new File([gzipSync("text,label\na,x\n")], "b.csv.gz")],
])("what earlier files took counts: %s", async (_, file) => {
  const taken = { bytes: LARGEST_BYTES - 5, cells: 0 };
  await expect(readTable(file, undefined, {}, taken)).rejects.toThrow(
    /has (at least )?15 bytes, and the table's files before it have 268,435,451; at most 268,435,456 are read/,
  );
});

test("objects with a key of their own are counted over all files", async () => {
  const rows = Array.from({ length: 40 }, (_, index) => ({ [`key ${index}`]: 1, text: "a" }));
  const taken = { bytes: 0, cells: 2 ** 20 };
  await expect(readTable(lines("b.jsonl", ...rows), undefined, {}, taken)).rejects.toThrow("nearly all of them empty");
  await readTable(lines("b.jsonl", ...rows), undefined, {}, { bytes: 0, cells: 0 });
});

it.each<[number[], string]>([
  [[2], "row 2 of a.csv"],
  [[2, 4, 6], "rows 2, 4 of a.csv, 2 of b.csv"],
  [[4, 6, 7, 8, 9], "rows 4 of a.csv, 2, 3 of b.csv and 2 more"],
])("rows %o are named %s", (rows, expected) => {
  const shards = [
    { file: "a.csv", before: 0 },
    { file: "b.csv", before: 4 },
  ];
  expect(nameRows(rows, { file: "a.csv and 1 more", shards })).toBe(expected);
});

const many = (name: string, first: number, label = (index: number): string => (index % 2 ? "x" : "y")) =>
  csv(name, ...Array.from({ length: 30 }, (_, index) => `text ${first + index},${label(index)}`));

test("an error and a notice name the row in its own file", async () => {
  const store = new DatasetStore(() => {});
  const lonely = many("b.csv", 30, (index) => (index === 4 ? "z" : index % 2 ? "x" : "y"));
  const { problem } = await store.openFile([many("a.csv", 0), lonely], "train");
  expect(problem).toMatch(/^b\.csv, row 6, column "label": The label "z" has one row only/);
  const again = csv("b.csv", "text 3,y", "text 3,x", "text 77,y");
  await store.openFile([many("a.csv", 0), again], "train");
  const { lines } = await store.check(null);
  expect(lines.find(({ id }) => id === "contradictions")?.said).toContain(
    "1 row has the text of an earlier row and another answer (row 2 of b.csv)",
  );
});

test("a change is of a row of the joined table, and its error names the file", async () => {
  const store = new DatasetStore(() => {});
  const opened = await store.openFile([many("a.csv", 0), many("b.csv", 30)], "train");
  const change = (row: number) => store.setSettings({ ...opened.settings, changes: [{ row, label: "q" }] });
  // a.csv ends with its row 31.
  expect((await change(31 + 5)).problem).toMatch(/^b\.csv, row 5: It is to be relabelled "q", but the label "q"/);
  expect((await change(31 + 1)).problem).toMatch(/^b\.csv, row 1: .* the file has no such row; its last is 31\./);
});

test("validation shards are held to the training labels by their own rows", async () => {
  const store = new DatasetStore(() => {});
  await store.openFile(many("train.csv", 0), "train");
  const refused = store.openFile([many("c.csv", 60), csv("d.csv", "a,x", "b,q")], "validation");
  await expect(refused).rejects.toThrow('d.csv, row 3, column "label": The label "q" does not occur in train.csv');
  await expect(refused).rejects.toBeInstanceOf(DataError);
});
