/** Open files as a configuration names them. */

import { expect, test } from "vitest";
import { configurationSchema } from "../../../src/plan/configuration";
import { dataConfiguration } from "../../../src/plan/data-configuration";

const train = { file: "rows.csv", rows: 40 };
const settings = {
  task: "sequence-classification",
  columns: { text: "text", textPair: null, label: "label" },
  validationFraction: 0.25,
  maxLength: 64,
} as const;

test("rows for validation and test are files where they are open, else what the settings draw of the training file", () => {
  const shared = { task: settings.task, train: "rows.csv", columns: settings.columns, maxLength: 64 };
  const drawn = { folds: 3 };
  const beside = dataConfiguration({ train, validation: { file: "held.csv" }, test: { file: "last.csv" }, settings });
  expect(beside).toEqual({ ...shared, validation: "held.csv", test: "last.csv", group: null });
  const alone = dataConfiguration({
    train,
    validation: null,
    test: null,
    settings: { ...settings, test: drawn, group: "author" },
  });
  expect(alone).toEqual({ ...shared, validation: 0.25, test: drawn, group: "author" });
  const headerless = dataConfiguration({
    train,
    validation: null,
    test: null,
    settings: { ...settings, header: false },
  });
  expect(headerless).toEqual({ ...shared, validation: 0.25, test: null, group: null, header: false });
  const named = dataConfiguration({ train, validation: null, test: null, settings: { ...settings, header: true } });
  expect(named).not.toHaveProperty("header");
  const said = { labelNames: { 0: "no", 1: "yes" }, taskText: "Is the guest content:" };
  const called = dataConfiguration({ train, validation: null, test: null, settings: { ...settings, ...said } });
  expect(called).toEqual({ ...shared, validation: 0.25, test: null, group: null, ...said });
  const runs = [{ name: "LoRA", method: "lora" }];
  for (const data of [beside, alone, headerless, named, called]) {
    expect(configurationSchema.parse({ model: "bundled:tiny-base", data, runs }).data).toEqual(data);
  }
});
