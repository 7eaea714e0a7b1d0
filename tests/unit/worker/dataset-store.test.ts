/**
 * Opening files whose columns are guessed: a wrong guess opens the file all the same, with what is
 * wrong.
 */

import { afterEach, expect, test, vi } from "vitest";
import { formats } from "../../../src/data/formats/registry";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { DatasetStore } from "../../../src/worker/dataset-store";
import { fixtureModel } from "../../fixtures/reference";

const rows = (count: number, row: (index: number) => string) => Array.from({ length: count }, (_, index) => row(index));
const file = (name: string, lines: readonly string[]) => new File([`${lines.join("\n")}\n`], name);

/**
 * The column called `label` has a value of its own in every row; `topic` is what a person would
 * learn.
 */
const misleading = file("misleading.csv", [
  "text,label,topic",
  ...rows(40, (index) => `a message number ${index},id-${index},${index % 2 ? "delivery" : "refund"}`),
]);
const oneClass = file("one-class.csv", ["text,label", ...rows(10, (index) => `a message number ${index},same`)]);

test("another column becomes the label when the guessed one cannot be, and a notice says so", async () => {
  const summary = await new DatasetStore(() => {}).openFile(misleading, "train");
  expect(summary.settings.columns).toEqual({ text: "text", textPair: null, label: "topic" });
  expect(summary.labels.map(({ name }) => name)).toEqual(["delivery", "refund"]);
  expect(summary.notices.join(" ")).toMatch(
    /"topic" is read as the label, because "label" cannot be: .*misleading\.csv/s,
  );
});

test("a file that no column makes usable opens with what is wrong, and other columns or another task make it readable", async () => {
  const store = new DatasetStore(() => {});
  const opened = await store.openFile(oneClass, "train");
  expect(opened.problem).toMatch(/one-class\.csv, column "label": All 10 rows have the same label/);
  expect([opened.trainRows, opened.preview.length]).toEqual([0, 8]);
  expect(() => store.data).toThrow(/All 10 rows/);
  const twice = await store.setSettings({
    ...opened.settings,
    columns: { text: "label", textPair: null, label: "text" },
  });
  expect(twice.problem).toMatch(/10 different labels in 10 rows are too many/);
  const written = await store.setSettings({ ...opened.settings, task: "causal-lm", columns: {} });
  expect(written.problem).toBeNull();
  expect(written.settings.columns).toEqual({ prompt: "{text}\n", response: "{label}" });
  expect(store.data.dataset.train.length + store.data.dataset.validation.length).toBe(10);
});

afterEach(() => {
  vi.restoreAllMocks();
});

test("rows are read again only where they would be others", async () => {
  const read = vi.spyOn(formats["sequence-classification"], "read");
  const store = new DatasetStore(() => {});
  const opened = await store.openFile(misleading, "train");
  // Once with the label that was guessed, once with the one that can be read.
  expect(read).toHaveBeenCalledTimes(2);
  const { dataset } = store.data;
  expect(dataset.notices).toEqual(opened.notices);
  const ids: number[][] = [];
  for (const model of ["tiny-llama", "tiny-bert"]) {
    await store.setTokenizer(await openTokenizer(fixtureModel(model)));
    ids.push([...store.data.trainTokens[0]!.ids]);
  }
  expect(ids[0]).not.toEqual(ids[1]);
  await store.setSettings({ ...opened.settings, maxLength: 3 });
  expect(store.data.trainTokens[0]!.ids.length).toBe(3);
  expect(read).toHaveBeenCalledTimes(2);
  expect(store.data.dataset).toBe(dataset);
  await store.setSettings(opened.settings, 1);
  expect(read).toHaveBeenCalledTimes(3);
  const otherwise = await store.setSettings({ ...opened.settings, validationFraction: 0.5 });
  expect(read).toHaveBeenCalledTimes(4);
  expect(otherwise.validationRows).toBe(20);
  // Training and validation rows, and again both once they are in use together.
  const held = file("held.csv", ["text,label,topic", "one,id-1,refund", "two,id-2,delivery"]);
  const beside = await store.openFile(held, "validation");
  expect(read).toHaveBeenCalledTimes(6);
  expect([beside.trainRows, beside.validationRows]).toEqual([40, 2]);
});

test("a file that cannot be read leaves what was open", async () => {
  const store = new DatasetStore(() => {});
  await store.openFile(misleading, "train");
  await expect(store.openFile(file("broken.csv", ["text,label", "a,b,c"]), "train")).rejects.toThrow(/broken\.csv/);
  expect(store.data.train.file).toBe("misleading.csv");
});
