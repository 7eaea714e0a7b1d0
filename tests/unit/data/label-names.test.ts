/** Labels that are called something else than what stands in the file. */

import { expect, test } from "vitest";
import { settledChanges } from "../../../src/data/changes";
import { buildDataset } from "../../../src/data/dataset";
import { readLabelled } from "../../../src/data/labelled";
import { readTable } from "../../../src/data/table";
import type { DataSettings } from "../../../src/data/types";

const rows = Array.from({ length: 40 }, (_, n) => `guest ${n} said so,${n % 3 === 0 ? 0 : 1}`);
const tableOf = (own: readonly string[], name = "train.csv") =>
  readTable(new File([`${["text,label", ...own].join("\n")}\n`], name));
const settings: DataSettings & { seed: number } = {
  task: "sequence-classification",
  columns: { text: "text", textPair: null, label: "label" },
  ...{ validationFraction: 0.2, test: null, maxLength: 32, seed: 1 },
};
const labelNames = { 0: "complaint", 1: "praise" };

test("class ids and parts stay what they are", async () => {
  const tables = { train: await tableOf(rows), validation: null, test: null };
  const plain = buildDataset(tables, settings);
  const named = buildDataset(tables, { ...settings, labelNames });
  expect(plain.labels).toEqual(["0", "1"]);
  expect(named.labels).toEqual(["complaint", "praise"]);
  expect(named.train).toEqual(plain.train);
  expect(named.validation).toEqual(plain.validation);
  expect(buildDataset(tables, { ...settings, labelNames: { 1: "praise" } }).labels).toEqual(["0", "praise"]);
});

test("another file may have either", async () => {
  const held = await tableOf(["a new guest,0", "one more guest,praise", "the last guest,1"], "held.csv");
  const tables = { train: await tableOf(rows), validation: held, test: null };
  const { validation, labels, notices } = buildDataset(tables, { ...settings, labelNames });
  expect(validation.map(({ label }) => labels[label])).toEqual(["complaint", "praise", "praise"]);
  expect(notices).toEqual([]);
  const known = { labels, file: "train.csv", named: labelNames, trained: [] };
  const { examples, unknown } = readLabelled(held, settings.task, settings.columns, known);
  expect(examples.map(({ label }) => labels[label])).toEqual(["complaint", "praise", "praise"]);
  expect(unknown).toEqual([]);
});

test("a change may give a label by its name, and is kept by what stands in the file", async () => {
  const train = await tableOf(rows);
  const tables = { train, validation: null, test: null };
  const changes = settledChanges(tables, [{ row: 2, label: "praise" }], labelNames);
  expect(changes).toMatchObject([{ row: 2, label: "1" }]);
  const { labels, ...parts } = buildDataset(tables, { ...settings, labelNames, changes });
  const second = [...parts.train, ...parts.validation].find(({ row }) => row === 2)!;
  expect(labels[second.label]).toBe("praise");
});

test.each<[what: string, labelNames: Record<string, string>, said: RegExp]>([
  [
    "a label that is not there",
    { 2: "neutral" },
    /The label "2" is to be called "neutral", but .*\(it has: "0", "1"\)/,
  ],
  ["one name for two", { 0: "guest", 1: "guest" }, /Two labels would be called "guest"/],
  ["another's own name", { 0: "1" }, /Two labels would be called "1"/],
  ["no name", { 0: " " }, /A label's name is empty/],
])("refused: %s", async (_, given, said) => {
  const tables = { train: await tableOf(rows), validation: null, test: null };
  expect(() => buildDataset(tables, { ...settings, labelNames: given })).toThrow(said);
});
