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

test("rows for validation are a file where one is open, else a fraction of the training file", () => {
  const shared = { task: settings.task, train: "rows.csv", columns: settings.columns, maxLength: 64 };
  const beside = dataConfiguration({ train, validation: { file: "held.csv" }, settings });
  expect(beside).toEqual({ ...shared, validation: "held.csv" });
  const alone = dataConfiguration({ train, validation: null, settings });
  expect(alone).toEqual({ ...shared, validation: 0.25 });
  const runs = [{ name: "LoRA", method: "lora" }];
  for (const data of [beside, alone]) {
    expect(configurationSchema.parse({ model: "bundled:tiny-base", data, runs }).data).toEqual(data);
  }
});
