/**
 * The change list: rows are what they would be in a file that says so, no row changes its part, and
 * another file is noticed.
 */

import { describe, expect, it } from "vitest";
import { changedRows, changesKey, describeChanges, rowFingerprint, settledChanges } from "../../../src/data/changes";
import { buildDataset, type Dataset } from "../../../src/data/dataset";
import type { Example } from "../../../src/data/examples";
import { formats } from "../../../src/data/formats/registry";
import { readTable, type Table } from "../../../src/data/table";
import type { DataSettings, RowChange } from "../../../src/data/types";
import { configurationSchema } from "../../../src/plan/configuration";

const LABELS = ["HUM", "LOC", "NUM"];
const lines = Array.from({ length: 60 }, (_, n) => `question ${n} of ${LABELS[n % 3]},${LABELS[n % 3]},team ${n % 10}`);
const tableOf = (own: readonly string[], name = "q.csv", header = "text,label,team") =>
  readTable(new File([`${[header, ...own].join("\n")}\n`], name));
const settings: DataSettings & { seed: number } = {
  task: "sequence-classification",
  columns: { text: "text", textPair: null, label: "label" },
  ...{ validationFraction: 0.1, test: null, group: null, maxLength: 32, seed: 3 },
};
const open = (train: Table, changes: readonly RowChange[], more: Partial<DataSettings> = {}) =>
  buildDataset({ train, validation: null, test: null }, { ...settings, ...more, changes });
const answers = ({ labels }: Dataset, rows: readonly Example[]) => rows.map(({ row, label }) => [row, labels[label]]);
const numbers = (rows: readonly Example[]) => rows.map(({ row }) => row);

describe("a change", () => {
  it("gives a row the answer that the file would have, and leaves rows out", async () => {
    // Row 2 is the first below the header.
    const changes: RowChange[] = [
      { row: 2, label: "NUM" },
      { row: 5, leaveOut: true },
      { row: 7, label: "HUM" },
    ];
    const changed = open(await tableOf(lines), changes);
    const corrected = lines.map((line, index) =>
      index === 0 ? line.replace(",HUM,", ",NUM,") : index === 5 ? line.replace(",NUM,", ",HUM,") : line,
    );
    const all = (of: Dataset) => answers(of, [...of.train, ...of.validation]).sort(([a], [b]) => Number(a) - Number(b));
    expect(all(changed)).toEqual(all(open(await tableOf(corrected), [])).filter(([row]) => row !== 5));
    expect(changed.notices.join(" ")).toContain(
      "q.csv: 2 rows relabelled, 1 left out by the list of changes (rows 2, 5, 7)",
    );
  });

  const plans: Partial<DataSettings>[] = [
    {},
    { test: 0.2 },
    { test: { folds: 4 } },
    { test: { repeats: 3, fraction: 0.2 } },
    { test: 0.2, group: "team" },
  ];
  it.each(plans)("moves no row to another part: %o", async (plan) => {
    const train = await tableOf(lines);
    const before = open(train, [], plan);
    const changes: RowChange[] = [3, 8, 13, 21, 34].map((row, index) =>
      index % 2 ? { row, leaveOut: true } : { row, label: "LOC" },
    );
    const after = open(train, changes, plan);
    const stays = (row: number) => row !== 8 && row !== 21;
    expect(after.divisions).toHaveLength(before.divisions.length);
    for (const [index, parts] of after.divisions.entries()) {
      const old = before.divisions[index]!;
      expect(numbers(parts.train)).toEqual(numbers(old.train).filter(stays));
      expect(numbers(parts.validation)).toEqual(numbers(old.validation).filter(stays));
      expect(numbers(parts.test)).toEqual(numbers(old.test).filter(stays));
    }
    const tested = new Set(before.divisions.flatMap(({ test }) => numbers(test)));
    expect(after.testChanges).toEqual(changes.filter(({ row }) => tested.has(row)));
  });

  it("can make a file readable: its only row of a label, or a cell that is no number", async () => {
    const odd = await tableOf([...lines, "odd one,HMU,team 1"]);
    expect(() => open(odd, [])).toThrow(/The label "HMU" has one row only/);
    expect(open(odd, [{ row: 62, label: "HUM" }]).labels).toEqual(LABELS);
    expect(open(odd, [{ row: 62, leaveOut: true }]).labels).toEqual(LABELS);
  });

  it("gives an answer to a row that has none in the file", async () => {
    const gap = await tableOf([...lines, "no label,,team 1"]);
    const { train, validation } = open(gap, [{ row: 62, label: "LOC" }]);
    expect([...train, ...validation].find(({ row }) => row === 62)).toMatchObject({ label: 1, text: "no label" });
  });

  it("leaves a column alone that is called like what every object has", async () => {
    const own = ["toString", "constructor", "__proto__", "text"];
    const rows = ["a,b,c,one", "d,e,f,two", "g,h,i,three"];
    const table = await tableOf(rows, "odd.csv", own.join(","));
    const written = { task: "causal-lm", columns: { prompt: "{text}", response: "{constructor}" } } as const;
    const changed = open(
      table,
      [
        { row: 2, cells: { text: "ONE" } },
        { row: 5, added: true, cells: { text: "four", constructor: "k" } },
      ],
      written,
    );
    const { train, validation } = changed;
    const all = [...train, ...validation].sort((a, b) => a.row - b.row);
    expect(all.map(({ text, response }) => [text, response])).toEqual([
      ["ONE", "b"],
      ["two", "e"],
      ["three", "h"],
      ["four", "k"],
    ]);
  });

  it("is of the file that it names", async () => {
    const train = await tableOf(lines);
    const validation = await tableOf(lines.slice(0, 9), "dev.csv");
    const test = await tableOf(lines.slice(9, 20), "test.csv");
    const changes: RowChange[] = [
      { file: "validation", row: 2, label: "LOC" },
      { file: "test", row: 3, leaveOut: true },
    ];
    const own = buildDataset({ train, validation, test }, { ...settings, changes });
    expect(own.train).toHaveLength(60);
    expect(own.validation[0]).toMatchObject({ row: 2, label: 1 });
    expect(numbers(own.test)).not.toContain(3);
    expect(own.testChanges).toEqual([changes[1]]);
    expect(() => open(train, changes)).toThrow(/row 2 of the validation file, and there is no such file/);
  });
});

describe("a change that cannot be made", () => {
  it("is refused with file, row and what there is", async () => {
    const train = await tableOf(lines);
    expect(() => open(train, [{ row: 2, label: "HMU" }])).toThrow(
      'q.csv, row 2: It is to be relabelled "HMU", but the label "HMU" does not occur in q.csv (its labels: HUM, LOC, NUM).',
    );
    expect(() => open(train, [{ row: 700, leaveOut: true }])).toThrow(
      "q.csv, row 700: It is to be left out, but the file has no such row; its last is 61.",
    );
    expect(() => open(train, [{ row: 1, leaveOut: true }])).toThrow("the file has no such row");
    expect(() =>
      open(train, [
        { row: 4, leaveOut: true },
        { row: 4, label: "HUM" },
      ]),
    ).toThrow(/row 4: The list of changes has it twice/);
    expect(() => open(train, [{ row: 4, number: 3 }])).toThrow(/given the number 3, but a row of this task .* "label"/);
    const everything = train.rowNumbers.map((row): RowChange => ({ row, leaveOut: true }));
    expect(() => open(train, everything)).toThrow(/All 60 rows are left out/);
    const validation = numbers(open(train, []).validation).map((row): RowChange => ({ row, leaveOut: true }));
    expect(() => open(train, validation)).toThrow(/All 6 rows for validation are left out/);
    const written = { task: "causal-lm", columns: { prompt: "{text}", response: "{label}" } } as const;
    expect(() => open(train, [{ row: 4, label: "HUM" }], written)).toThrow(/rows of this task .* can be left out only/);
    expect(open(train, [{ row: 4, leaveOut: true }], written).train.length).toBe(53);
  });

  it("notices another row at its place, with both fingerprints", async () => {
    const train = await tableOf(lines);
    const tables = { train, validation: null, test: null };
    const settled = settledChanges(tables, [
      { row: 9, leaveOut: true },
      { row: 2, label: "LOC" },
    ]);
    expect(settled.map(({ row }) => row)).toEqual([2, 9]);
    expect(settled[0]!.fingerprint).toBe(rowFingerprint(["question 0 of HUM", "HUM", "team 0"]));
    expect(open(train, settled).train.length).toBeGreaterThan(0);
    const shifted = await tableOf(["a new first row,HUM,team 3", ...lines], "q2.csv");
    const now = rowFingerprint(["a new first row", "HUM", "team 3"]);
    expect(() => open(shifted, settled)).toThrow(
      `q2.csv, row 2: It is to be relabelled "LOC", but the row is another than it was then: its fingerprint is ${now} ` +
        `and was ${settled[0]!.fingerprint}; it reads "a new first row | HUM | team 3" now.`,
    );
  });
});

describe("edited and added rows", () => {
  it("are read as if the file said so, in every task, and stay in their part", async () => {
    const train = await tableOf(lines);
    const plain = open(train, [], { test: { folds: 4 } });
    const changes: RowChange[] = [
      { row: 4, cells: { text: "another question", label: "HUM" } },
      { row: 62, added: true, cells: { text: "one more", label: "LOC", team: "team 3" } },
      { row: 63, added: true, cells: { text: "and one", label: "NUM" } },
    ];
    const changed = open(train, changes, { test: { folds: 4 } });
    for (const [index, { train: own, validation, test }] of changed.divisions.entries()) {
      const before = plain.divisions[index]!;
      expect(numbers(own)).toEqual([...numbers(before.train), 62, 63]);
      expect(numbers(validation)).toEqual(numbers(before.validation));
      expect(numbers(test)).toEqual(numbers(before.test));
      const edited = [...own, ...validation, ...test].find(({ row }) => row === 4)!;
      expect(edited).toMatchObject({ text: "another question", label: LABELS.indexOf("HUM") });
    }
    expect(changed.train.at(-2)).toMatchObject({ text: "one more", label: LABELS.indexOf("LOC"), row: 62 });
    expect(changed.table.rows.at(-1)).toEqual(["and one", "NUM", ""]);
    expect(changed.table.rowNumbers).toEqual([...train.rowNumbers, 62, 63]);
    expect(train.rows).toHaveLength(60);
    expect(changed.notices.join(" ")).toContain("q.csv: 1 row edited, 2 added by the list of changes (rows 4, 62, 63)");
    const written = open(train, changes, { task: "causal-lm", columns: { prompt: "{text}", response: "{label}" } });
    expect(written.train.at(-1)).toMatchObject({ text: "and one", response: "NUM" });
  });

  it("are weighed and grouped by their own cells", async () => {
    const train = await tableOf(lines);
    const changes: RowChange[] = [{ row: 62, added: true, cells: { text: "new", label: "LOC", team: "team 77" } }];
    const grouped = open(train, changes, { test: 0.2, group: "team", weights: [{ by: "group", column: "team" }] });
    expect(grouped.train.at(-1)).toMatchObject({ row: 62, group: "team 77" });
    expect(grouped.trainWeights[0]!.at(-1)).toBe(1);
  });

  it("have both fingerprints in the list that is shown", async () => {
    const train = await tableOf(lines);
    const tables = { train, validation: null, test: null };
    const changes = settledChanges(tables, [
      { row: 4, cells: { label: "HUM" } },
      { row: 62, added: true, cells: { text: "new", label: "LOC" } },
    ]);
    const standing = train.rows[2]!;
    expect(changes[0]!.fingerprint).toBe(rowFingerprint(standing));
    const shown = changedRows(tables, changes, formats["sequence-classification"], settings.columns);
    expect(shown.map(({ nowFingerprint }) => nowFingerprint)).toEqual([
      rowFingerprint([standing[0]!, "HUM", standing[2]!]),
      rowFingerprint(["new", "LOC", ""]),
    ]);
    expect(shown[1]).toMatchObject({ file: "q.csv", text: "new", given: "" });
  });

  it("are refused by row: another column, a place that is taken, a text that is held out", async () => {
    const train = await tableOf(lines);
    expect(() => open(train, [{ row: 4, cells: { txt: "a" } }])).toThrow(
      /q\.csv, row 4: .* a cell in "txt".*text, label/,
    );
    expect(() => open(train, [{ row: 9, added: true, cells: { text: "a", label: "LOC" } }])).toThrow(
      "q.csv, row 9: It is to be added, but rows up to 61 are there.",
    );
    const { row, text } = open(train, []).validation[0]!;
    const again: RowChange = { row: 62, added: true, cells: { text: text.toUpperCase(), label: "LOC" } };
    expect(() => open(train, [again])).toThrow(
      `q.csv, row 62: The row was added and is trained on, and reads as row ${row}`,
    );
    const shifted = await tableOf(["a new first row,HUM,team 3", ...lines], "q2.csv");
    const settled = settledChanges({ train, validation: null, test: null }, [{ row: 4, cells: { label: "HUM" } }]);
    expect(() => open(shifted, settled)).toThrow(/q2\.csv, row 4: It is to be edited, but the row is another/);
  });
});

describe("other tasks", () => {
  const fields = { ...settings, seed: 0 };
  it("have lists of labels, columns of 0 and 1, and numbers", async () => {
    const lists = await tableOf(
      Array.from({ length: 20 }, (_, n) => `text ${n},${["a; b", "b", "a", ""][n % 4]}`),
      "l.csv",
      "text,labels",
    );
    const several = { ...fields, task: "multi-label-classification" } as const;
    const listed = { ...several, columns: { text: "text", textPair: null, labels: ["labels"] } };
    const valuesOf = (of: Dataset, row: number) => [
      ...[...of.train, ...of.validation].find((example) => example.row === row)!.values!,
    ];
    const openAs = (train: Table, own: typeof fields, changes: RowChange[]) =>
      buildDataset({ train, validation: null, test: null }, { ...own, changes });
    const told = openAs(lists, listed, [
      { row: 2, labels: ["b"] },
      { row: 3, labels: [] },
      { row: 4, labels: ["a", "b"] },
    ]);
    expect([2, 3, 4, 5, 6].map((row) => valuesOf(told, row))).toEqual([
      [0, 1],
      [0, 0],
      [1, 1],
      [0, 0],
      [1, 1],
    ]);
    expect(() => openAs(lists, listed, [{ row: 2, labels: ["c"] }])).toThrow(/its labels: a, b/);

    const flags = await tableOf(
      Array.from({ length: 20 }, (_, n) => `text ${n},${n % 2},${n % 3 ? 0 : 1}`),
      "f.csv",
      "text,a,b",
    );
    const flagged = { ...several, columns: { text: "text", textPair: null, labels: ["a", "b"] } };
    expect(valuesOf(openAs(flags, flagged, [{ row: 2, labels: ["a"] }]), 2)).toEqual([1, 0]);

    // Where an empty cell says no, a change must not make it a cell that is missing.
    const marks = await tableOf(
      Array.from({ length: 20 }, (_, n) => `text ${n},${n % 2 ? "" : "x"},${n % 3 ? "" : "x"}`),
      "m.csv",
      "text,a,b",
    );
    const marked = openAs(marks, flagged, [{ row: 2, labels: ["b"] }]);
    expect([2, 3, 4].map((row) => valuesOf(marked, row))).toEqual([
      [0, 1],
      [0, 0],
      [1, 0],
    ]);

    const scores = await tableOf(
      Array.from({ length: 20 }, (_, n) => `text ${n},${n === 6 ? "many" : n / 4}`),
      "n.csv",
      "text,score",
    );
    const scored = {
      ...fields,
      task: "regression",
      columns: { text: "text", textPair: null, number: "score" },
    } as const;
    expect(() => openAs(scores, scored, [])).toThrow(/row 8, column "score": "many" is not a number/);
    const numbered = openAs(scores, scored, [
      { row: 8, leaveOut: true },
      { row: 3, number: 12.5 },
    ]);
    expect(valuesOf(numbered, 3)).toEqual([12.5]);
    expect(numbers([...numbered.train, ...numbered.validation])).not.toContain(8);
  });
});

describe("in a configuration", () => {
  const configuration = (changes: unknown) => ({
    model: "bundled:tiny-base",
    data: { train: "q.csv", columns: { text: "text", label: "label" }, changes },
    runs: [{ name: "a", method: "lora" }],
  });
  it("a list has rows with exactly one of what can become of them", () => {
    const changes = [
      { row: 12, label: "HUM", fingerprint: "0123456789ab" },
      { row: 40, leaveOut: true },
      { row: 41, cells: { text: "another" } },
      { row: 90, added: true, cells: { text: "one more" } },
    ];
    expect(configurationSchema.parse(configuration(changes)).data.changes).toEqual(changes);
    expect(configurationSchema.parse(configuration(undefined)).data.changes).toBeUndefined();
    for (const wrong of [
      { row: 3 },
      { row: 3, leaveOut: true, label: "HUM" },
      { row: 0, leaveOut: true },
      { row: 3, lable: "a" },
      { row: 3, cells: {} },
      { row: 3, cells: { text: "a" }, label: "HUM" },
      { row: 3, added: true, label: "HUM" },
      { row: 3, added: true, file: "test", cells: { text: "a" } },
    ]) {
      expect(configurationSchema.safeParse(configuration([wrong])).success).toBe(false);
    }
  });

  it("is the same list in whatever order its keys are, and another one with another answer", () => {
    const one: RowChange = { row: 3, label: "HUM", fingerprint: "0123456789ab" };
    expect(changesKey([{ fingerprint: "0123456789ab", label: "HUM", file: "train", row: 3 }])).toBe(changesKey([one]));
    expect(changesKey([{ ...one, label: "LOC" }])).not.toBe(changesKey([one]));
    const edit: RowChange = { row: 3, cells: { a: "1", b: "2" } };
    expect(changesKey([{ row: 3, cells: { b: "2", a: "1" } }])).toBe(changesKey([edit]));
    expect(changesKey([{ row: 3, cells: { a: "1" } }])).not.toBe(changesKey([edit]));
    expect(changesKey([])).toBe("[]");
  });

  it("is said in words", () => {
    expect(describeChanges({ relabelled: 3, leftOut: 2 })).toBe("3 rows relabelled, 2 left out");
    expect(describeChanges({ relabelled: 1, leftOut: 0 })).toBe("1 row relabelled");
    expect(describeChanges({ relabelled: 0, leftOut: 1 })).toBe("1 row left out");
    expect(describeChanges({ relabelled: 0, leftOut: 1, edited: 2, added: 3 })).toBe(
      "2 rows edited, 3 added, 1 left out",
    );
    expect(describeChanges({ relabelled: 0, leftOut: 0 })).toBeNull();
  });
});
