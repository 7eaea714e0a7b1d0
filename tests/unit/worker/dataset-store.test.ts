/** Opening files whose columns are guessed: a wrong guess opens the file all the same, a hopeless one loses nothing. */

import { expect, test } from "vitest";
import { DatasetStore } from "../../../src/worker/dataset-store";

const rows = (count: number, row: (index: number) => string) => Array.from({ length: count }, (_, index) => row(index));
const file = (name: string, lines: readonly string[]) => new File([`${lines.join("\n")}\n`], name);

/** The column called `label` has a value of its own in every row; `topic` is what a person would learn. */
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

test("a file that no column makes usable is refused with the guess's reason, and what was open stays", async () => {
  const store = new DatasetStore(() => {});
  await store.openFile(misleading, "train");
  await expect(store.openFile(oneClass, "train")).rejects.toThrow(/one-class\.csv/);
  expect(store.data.train.file).toBe("misleading.csv");
});
