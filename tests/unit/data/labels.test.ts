/** Names of labels that are something else than they look, and numbers beyond what they look. */

import { expect, test } from "vitest";
import { gatherFacts } from "../../../src/data/check/facts";
import { alike, missingWords } from "../../../src/data/check/label-names";
import { buildDataset } from "../../../src/data/dataset";
import { formats, guessTask } from "../../../src/data/formats/registry";
import { numberIn } from "../../../src/data/numbers";
import { summarize } from "../../../src/data/summary";
import { readTable } from "../../../src/data/table";
import type { DataSettings } from "../../../src/data/types";

const csv = (rows: readonly string[], head = "text,label") => [head, ...rows].join("\n");
const labelled = (labels: readonly string[]) =>
  csv(Array.from({ length: 4 * labels.length }, (_, row) => `warm film ${row},${labels[row % labels.length]}`));

async function open(content: string, name = "data.csv") {
  const table = await readTable(new File([content], name));
  const settings: DataSettings = { ...guessTask(table), maxLength: 32, validationFraction: 0.25 };
  return { table, settings };
}

async function datasetOf(content: string, other?: { content: string; name: string }) {
  const { table: train, settings } = await open(content);
  const validation = other ? (await open(other.content, other.name)).table : null;
  const tables = { train, validation, test: null };
  return { tables, settings, dataset: buildDataset(tables, { ...settings, seed: 0 }) };
}

/** What the check says of the names of labels that is worth a look. */
async function saidOfLabels({ tables, settings, dataset }: Awaited<ReturnType<typeof datasetOf>>): Promise<string[]> {
  const facts = await gatherFacts({ tables, settings, dataset, tokenized: [], model: null });
  return [alike(facts), missingWords(facts)].flatMap((line) => (line && !line.isGood ? [line.said] : []));
}

test.each<[what: string, labels: string[], notices: RegExp[]]>([
  ["plain names", ["pos", "neg"], []],
  [
    "a space without a width",
    ["pos", "pos\u200b"],
    [
      /"pos" and "pos\u200b" \(with U\+200B\) look alike and are learned as different ones\. Write each label in one way/,
    ],
  ],
  ["two forms of a letter", ["caf\u00e9", "cafe\u0301"], [/\(with U\+0301\).* look alike/]],
  ["another case", ["Pos", "pos", "neg"], [/"Pos" and "pos" look alike/]],
  ["white space within", ["very good", "very  good", "bad"], [/look alike/]],
  ["a space that does not break", ["very good", "very\u00a0good", "bad"], [/with U\+00A0/]],
  ["a letter of another alphabet", ["cat", "\u0441at", "dog"], [/"\u0441at" \(with U\+0441\) look alike/]],
  ["words of another alphabet", ["\u0434\u0430", "\u043d\u0435\u0442"], []],
  ["numbers", ["1", "1.0", "01", "2"], [/"01" and "1" and "1\.0" look alike/]],
  ["two sets", ["A", "a", "B", "b"], [/"A" and "a" look alike.*, and so is 1 other set/]],
  [
    "words for nothing",
    ["pos", "nan", "None", "NULL", "N/A"],
    [/"N\/A", "NULL", "None", "nan" are learned as labels.*leave these cells empty/],
  ],
  ["a database's word for nothing", ["pos", "neg", "\\N"], [/"\\N" is learned as a label/]],
  ["a dash", ["pos", "neg", "-"], [/"-" is learned as a label/]],
  ["not applicable", ["pos", "NA", "n/a"], [/"NA", "n\/a" are learned as labels/]],
  ["names of Object's own", ["constructor", "toString", "__proto__"], []],
])("labels: %s", async (_, labels, notices) => {
  const opened = await datasetOf(labelled(labels));
  expect(opened.dataset.labels).toHaveLength(labels.length);
  const said = await saidOfLabels(opened);
  expect(said).toHaveLength(notices.length);
  for (const [place, notice] of notices.entries()) expect(said[place]).toMatch(notice);
  expect(opened.dataset.notices).toEqual([]);
});

test.each<[what: string, labels: string[], other: { content: string; name: string }, said: RegExp]>([
  [
    "a number without its zero",
    ["1.0", "0.0"],
    { content: "text,label\na,1\nb,0\nc,1\n", name: "held.csv" },
    /the label "1" counts as "1\.0" of data\.csv/,
  ],
  [
    "a truth of another language",
    ["True", "False"],
    { content: '{"text": "a", "label": true}\n{"text": "b", "label": false}\n', name: "held.jsonl" },
    /the label "true" counts as "True"/,
  ],
])("a validation file's label is the training file's: %s", async (_, labels, other, said) => {
  const { dataset } = await datasetOf(labelled(labels), other);
  expect(dataset.validation.map(({ label }) => dataset.labels[label])).toEqual(
    other.name === "held.csv" ? ["1.0", "0.0", "1.0"] : ["True", "False"],
  );
  expect(dataset.notices.join("\n")).toMatch(said);
});

test.each([
  ["two that it may be", ["1", "1.0", "0"], "01"],
  ["another case of a word", ["pos", "neg"], "Pos"],
])("a validation file's label stays unknown: %s", async (_, labels, label) => {
  const other = { content: `text,label\na,${label}\nb,${labels[0]}\n`, name: "held.csv" };
  await expect(datasetOf(labelled(labels), other)).rejects.toThrow(`The label "${label}" does not occur in data.csv`);
});

test("tags and several labels go by the same rules", async () => {
  const tagged = await datasetOf(
    csv(
      Array.from({ length: 8 }, (_, row) => `Anna lives ${row},B-PER b-per O`),
      "tokens,tags",
    ),
  );
  expect(tagged.settings.task).toBe("token-classification");
  expect((await saidOfLabels(tagged)).join()).toMatch(/The tags "B-PER" and "b-per" look alike/);
  const { table: train } = await open(csv(["a,food;1", "b,Food;2", "c,1.0", "d,1;food"], "text,labels"));
  const tables = { train, validation: null, test: null };
  const columns = { text: "text", labels: ["labels"] };
  const settings: DataSettings = {
    ...{ task: "multi-label-classification", columns, maxLength: 32, validationFraction: 0.25 },
  };
  const several = { tables, settings, dataset: buildDataset(tables, { ...settings, seed: 0 }) };
  expect((await saidOfLabels(several)).join()).toMatch(/The labels "1" and "1\.0" look alike.*, and so is 1 other set/);
});

test.each([
  ["yes or no for each label", "[0, 1, 1, 0]", "[1, 0, 0, 0]"],
  ["a chance for each label", "[0.1, 0.9]", "[1, 0]"],
  ["the same yes and no in every row", "[true, false]", "[true, false]"],
  ["yes or no for each step of an answer", "[true, false]", "[true, true, false]"],
  ["0 or 1 for each step", "[1, 0]", "[1, 1, 0]"],
])("lists of %s are not taken for names of labels", async (_, first, second) => {
  const { table: train } = await open(
    csv([`a,"${first}"`, `b,"${second}"`, `c,"${first}"`, `d,"${second}"`], "text,labels"),
  );
  const read = (labels: string) =>
    buildDataset(
      { train, validation: null, test: null },
      {
        ...{ task: "multi-label-classification", columns: { text: "text", labels: [labels] } },
        ...{ maxLength: 32, validationFraction: 0.25, seed: 0 },
      },
    );
  expect(() => read("labels")).toThrow(
    /row 2, column "labels": The lists look like a .* (for each of \d labels|in every place)/,
  );
});

const scored = (numbers: readonly (string | number)[], end = "\n") =>
  csv(
    numbers.map((number, row) => `warm film ${row},${number}`),
    "text,score",
  ).replaceAll("\n", end);

test("time stamps that float32 cannot tell apart are learned as they are", async () => {
  const stamps = Array.from({ length: 40 }, (_, row) => 1_700_000_001 + row);
  const { dataset, settings } = await datasetOf(scored(stamps));
  expect(settings.task).toBe("regression");
  expect([...dataset.train, ...dataset.validation].map(({ values }) => values![0]).sort()).toEqual(stamps);
  expect(dataset.scale!.mean).toBeCloseTo(1_700_000_020.5, -1);
  expect(dataset.scale!.deviation).toBeGreaterThan(10);
  expect(dataset.scale!.deviation).toBeLessThan(13);
});

test("a whole number of more than 24 bits stays what it is", async () => {
  const { dataset } = await datasetOf(scored(Array.from({ length: 40 }, (_, row) => 16_777_217 + 2 * row)));
  expect(dataset.train[0]!.values![0]! % 2).toBe(1);
});

test("a number beyond float32 is refused by its row", async () => {
  const numbers = Array.from({ length: 40 }, (_, row) => (row === 6 ? "1e39" : row + 0.5));
  await expect(datasetOf(scored(numbers))).rejects.toThrow(
    /row 8, column "score": "1e39" is beyond the largest number that is computed with, 3\.4028235e\+38/,
  );
});

test("words for a missing number are empty cells of a column of numbers", async () => {
  const { table } = await open(scored([0.5, "nan", 1.5, "N/A", 2.5, "", 3.5, "-", 4.5]));
  const read = formats.regression.read(table, { text: "text", number: "score" }, null);
  expect(read.examples.map(({ values }) => values![0])).toEqual([0.5, 1.5, 2.5, 3.5, 4.5]);
  expect(read.notices).toEqual([
    expect.stringMatching(/column "score": skipped 4 empty cells \(rows 3, 5, 7 and 1 more\)/),
  ]);
});

test("infinite numbers count as empty cells, are named, and do not change what the column is", async () => {
  const { table, settings } = await open(scored([0.5, "inf", 1.5, "1e400", 2.5, "-Infinity", 3.5, "", 4.5]));
  expect(settings.task).toBe("regression");
  const read = formats.regression.read(table, { text: "text", number: "score" }, null);
  expect(read.examples.map(({ values }) => values![0])).toEqual([0.5, 1.5, 2.5, 3.5, 4.5]);
  expect(read.notices).toEqual([
    expect.stringMatching(/skipped 4 empty cells/),
    expect.stringMatching(
      /column "score": 3 infinite numbers \("inf", "1e400", "-Infinity"; rows 3, 5, 7\) count as empty cells\./,
    ),
  ]);
});

test("ids that differ beyond 15 digits are neither one number nor one label", async () => {
  const ids = ["9007199254740992", "9007199254740993"];
  const columns = { text: "text", number: "score" };
  const same = await open(scored([ids[0]!, ids[1]!, ids[0]!]));
  expect(() => formats.regression.read(same.table, columns, null)).toThrow(
    /column "score": The numbers differ in more than the 15 digits that are computed with \("9007199254740992", "9007199254740993"\)/,
  );
  const mixed = await open(scored([ids[1]!, 5, 7]));
  expect(formats.regression.read(mixed.table, columns, null).notices.join()).toContain(
    'numbers have 15 digits: "9007199254740993" in row 2 is 9007199254740992.',
  );
  const labels = await datasetOf(labelled(ids));
  expect(labels.dataset.labels).toEqual(ids);
  expect(labels.dataset.notices.join()).not.toContain("look alike");
  const held = { content: `text,label\na,9007199254740994\nb,${ids[0]}\n`, name: "held.csv" };
  await expect(datasetOf(labelled(ids), held)).rejects.toThrow('The label "9007199254740994" does not occur');
});

test.each<[cell: string, decimalComma: boolean, number: number]>([
  ["4,5", true, 4.5],
  ["-1.234,5", true, -1234.5],
  ["1\u202f234,5", true, 1234.5],
  ["4.5", true, 4.5],
  ["4,5", false, Number.NaN],
  ["1,234.5", true, Number.NaN],
  ["3,5,8", true, Number.NaN],
  [" 7 ", false, 7],
  ["", false, Number.NaN],
  ["0x1F", false, Number.NaN],
  ["1e3", false, 1000],
])("the number of %j with decimal comma %j", (cell, decimalComma, number) => {
  expect(numberIn(cell, decimalComma)).toBe(number);
});

test.each([8, 60])("decimal commas between semicolons, in %i rows, are numbers", async (rows) => {
  const numbers = ["4,5", "1,5", "3,0", "2,2", "0,8"];
  const lines = Array.from({ length: rows }, (_, row) => `Film ${row} war gut;${numbers[row % 5]}`);
  const { dataset, settings } = await datasetOf(csv(lines, "text;score"));
  expect(settings).toMatchObject({ task: "regression", columns: { number: "score" } });
  const read = [...dataset.train, ...dataset.validation].map(({ values }) => values![0]);
  expect(new Set(read)).toEqual(new Set([4.5, 1.5, 3, 2.2, 0.8]));
});

const column = (name: string, cells: readonly string[], between: string) =>
  [`text${between}${name}`, ...cells.map((cell, row) => `film ${row}${between}${cell}`)].join("\n");

test.each<[what: string, file: string, content: string, numbers: number[], says: string[]]>([
  [
    "Google Sheets in German: quoted, between commas",
    "data.csv",
    column("score", ['"4,5"', '"3,1"', "2", '"0,8"'], ","),
    [4.5, 3.1, 2, 0.8],
    ['column "score": a comma is read as the decimal point: "4,5" is 4.5.'],
  ],
  [
    "Excel's text between tabs",
    "data.txt",
    column("score", ["4,5", "3,1", "2", "0,8"], "\t"),
    [4.5, 3.1, 2, 0.8],
    ["a comma is read as the decimal point"],
  ],
  ["between pipes", "data.csv", column("score", ["4,5", "3,1", "2", "0,8"], "|"), [4.5, 3.1, 2, 0.8], ["a comma is"]],
  [
    "thousands in English",
    "data.csv",
    column("score", ['"1,234.5"', '"12,000"', "800", '"1,234,567"'], ","),
    [1234.5, 12000, 800, 1234567],
    ['column "score": thousands are divided: "1,234.5" is 1234.5.'],
  ],
  [
    "thousands in Switzerland",
    "data.csv",
    column("score", ["1'234.5", "800", "12'000"], ","),
    [1234.5, 800, 12000],
    ["divided"],
  ],
  [
    "thousands in German, beside a decimal comma",
    "data.csv",
    column("score", ["1.100", "900,5", "12.000,25"], ";"),
    [1100, 900.5, 12000.25],
    ['thousands are divided: "1.100" is 1100.'],
  ],
  [
    "thousands twice",
    "data.csv",
    column("score", ["1.234.567", "900,5", "12.000"], ";"),
    [1234567, 900.5, 12000],
    ["divided"],
  ],
  [
    "what may be thousands",
    "data.csv",
    column("score", ["1.100", "900", "12.000", "2.5"].slice(0, 3), ";"),
    [1.1, 900, 12],
    ['"1.100" is 1.1. If the point divides thousands, take it out of the cells.'],
  ],
  ["points and commas", "data.csv", column("score", ["0.5", "1,5", "2.125"], ";"), [0.5, 1.5, 2.125], []],
  [
    "words for nothing among numbers",
    "data.csv",
    column("score", ["0.5", "1.5", "nan", "N/A"], ","),
    [0.5, 1.5],
    ["2 empty cells"],
  ],
])("numbers are as they are meant: %s", async (_, file, content, numbers, says) => {
  const { table, settings } = await open(content, file);
  expect(settings).toMatchObject({ task: "regression", columns: { number: "score" } });
  const read = formats.regression.read(table, settings.columns, null);
  expect(read.examples.map(({ values }) => values![0])).toEqual(numbers);
  expect(read.notices).toHaveLength(says.length);
  for (const [place, said] of says.entries()) expect(read.notices[place]).toContain(said);
});

test("lists of numbered labels stay lists, which is said where they could be numbers", async () => {
  const { table, settings } = await open(column("labels", ["1", '"1,3"', '"2,3"', "2", "3", '"1,2"'], ","));
  expect(settings.task).toBe("multi-label-classification");
  const read = formats["multi-label-classification"].read(table, settings.columns, null);
  expect(read.labels).toEqual(["1", "2", "3"]);
  expect(read.notices).toEqual([
    expect.stringMatching(/"1,3" is read as the labels 1 and 3\. If it is a number with a decimal comma, choose Regr/),
  ]);
});

test.each(["$4.99", "4,50 €", "45 %", "EUR 12"])(
  "an amount with a unit (%s) is neither a label nor a text",
  async (cell) => {
    const cells = Array.from({ length: 6 }, (_, row) => cell.replace(/\d/, String(row + 1)));
    const { table, settings } = await open(column("target", cells, "\t"), "data.tsv");
    expect(settings.task).toBe("regression");
    expect(() => formats.regression.read(table, settings.columns, null)).toThrow(/is not a number\. .*without units/);
  },
);

test("few amounts with a unit are labels", async () => {
  const { settings, dataset } = await datasetOf(column("label", ["10 %", "50 %", "10 %", "50 %"], "|"));
  expect(settings.task).toBe("sequence-classification");
  expect(dataset.labels).toEqual(["10 %", "50 %"]);
});

test("a preview is cut, and rows are not", async () => {
  const { tables, settings, dataset } = await datasetOf(
    csv(Array.from({ length: 8 }, (_, row) => `${"word ".repeat(200_000)}${row},${row % 2 ? "pos" : "neg"}`)),
  );
  const { preview } = summarize({ ...tables, settings, dataset, tokenized: [] });
  expect(preview.flat().every((cell) => cell.length <= 501)).toBe(true);
  expect(tables.train.rows[0]![0]).toHaveLength(1_000_001);
});

// 45 % of the labels are empty: one list for every empty cell took minutes.
test("a file of 200,000 rows that is half labelled is read", async () => {
  const { table } = await open(
    csv(Array.from({ length: 200_000 }, (_, k) => `film ${k},${k % 20 < 9 ? "" : k % 2 ? "pos" : "neg"}`)),
  );
  const read = formats["sequence-classification"].read(table, { text: "text", label: "label" }, null);
  expect(read.examples).toHaveLength(110_000);
  expect(read.notices).toEqual([expect.stringMatching(/skipped 90,000 empty cells \(rows 2, 3, 4 and 89,997 more\)/)]);
});
