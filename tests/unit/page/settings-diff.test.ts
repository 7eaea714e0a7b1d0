/** Only what differs is said, in the words of the form. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { formats } from "../../../src/data/formats/registry";
import { type Settings, settingsDiff } from "../../../src/page/notebook/settings-diff";
import type { Configuration } from "../../../src/plan/configuration";
import { dataWords, roleTitles, runWords, taskTitles, trainingWords } from "../../../src/plan/setting-words";
import type { MethodDescription } from "../../../src/worker/api";
import { comparison } from "./events";

const lora = {
  id: "lora",
  title: "LoRA",
  defaults: { rank: 8, alpha: 16 },
  optionsSchema: {
    properties: { rank: { type: "integer", title: "Rank" }, alpha: { type: "number", title: "Alpha" } },
  },
} as unknown as MethodDescription;

const { configuration } = comparison([]);
const base: Configuration = { ...configuration, runs: [{ name: "LoRA", method: "lora", options: {} }] };
const settings = (fields: Partial<Configuration> = {}, named: Partial<Settings> = {}): Settings => ({
  configuration: { ...base, ...fields },
  modelName: "tiny-base",
  dataTitle: "t.csv",
  ...named,
});
const lines = (second: Settings, first = settings()) =>
  settingsDiff(first, second, [lora]).map((one) => `${one.part} | ${one.setting}: ${one.first} → ${one.second}`);

describe("two comparisons", () => {
  test("that are alike differ in nothing, also where one leaves a default out", () => {
    expect(lines(settings())).toEqual([]);
    const spelt = [{ name: "LoRA", method: "lora", options: { rank: 8, alpha: 16 } }];
    expect(lines(settings({ runs: spelt, data: { ...base.data, changes: undefined } }))).toEqual([]);
  });

  test("differ in training, data and base model by the form's words", () => {
    const training = { ...base.training, steps: null, epochs: 2, batchSize: 16, learningRate: 0.001, keepBest: true };
    const data = { ...base.data, validation: 0.2, test: { folds: 5 }, maxLength: 32 };
    const other = settings({ training, data, model: "bundled:small" }, { modelName: "small-base", dataTitle: "u.csv" });
    expect(lines(other).map((line) => line.replaceAll("\u00a0", " "))).toEqual([
      "Base model | Base model: tiny-base → small-base",
      "Data | Data: t.csv → u.csv",
      "Data | Validation: 10 % → 20 %",
      "Data | Test: none → 5 folds",
      "Data | Longest text, in tokens: 64 → 32",
      "Training | Length: 100 steps → 2 epochs",
      "Training | Batch size: 8 → 16",
      "Training | Learning rate for all: each method's own → 0.001",
      "Training | Keep the adapter of: the last step → the lowest validation loss",
    ]);
  });

  test("differ in runs: by options with their titles, methods, and those that one alone has", () => {
    const runs = [
      { name: "LoRA", method: "lora", learningRate: 0.01, options: { rank: 4 } },
      { name: "Head only", method: "linear-probe", options: {} },
    ];
    expect(lines(settings({ runs }))).toEqual([
      "LoRA | Learning rate: the method's own → 0.01",
      "LoRA | Rank: 8 → 4",
      "Head only | Run: not there → linear-probe",
    ]);
    expect(lines(settings({ runs: [{ name: "LoRA", method: "prefix", options: {} }] }))).toEqual([
      "LoRA | Method: LoRA → prefix",
    ]);
    expect(lines(settings({ runs: [] }))).toEqual(["LoRA | Run: LoRA → not there"]);
  });

  test("with as many rows changed say that they are others", () => {
    const changed = (row: number) => ({ ...base.data, changes: [{ row, leaveOut: true as const }] });
    const [line] = lines(settings({ data: changed(3) }), settings({ data: changed(2) }));
    expect(line!.replaceAll("\u00a0", " ")).toBe("Data | Changed rows: 1 row → 1 row, others");
  });
});

describe("the words", () => {
  const folder = (name: string) => fileURLToPath(new URL(`../../../src/page/${name}`, import.meta.url));
  const form = ["training", "data", "methods"]
    .flatMap((name) => readdirSync(folder(name)).map((file) => `${folder(name)}/${file}`))
    .filter((file) => file.endsWith(".tsx"))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");

  test("are those of the form", () => {
    const titles = [
      ...Object.values(trainingWords).map(({ title }) => title),
      ...[runWords.learningRate, runWords.weightDecay, runWords.frozenLayers, runWords.layerDecay].map(
        ({ title }) => title,
      ),
      ...[dataWords.group, dataWords.maxLength, dataWords.test].map(({ title }) => title),
    ];
    expect(titles.length).toBeGreaterThan(20);
    expect(titles.filter((title) => !form.includes(`"${title}"`))).toEqual([]);
  });

  test("of tasks and columns are those of their formats", () => {
    expect(Object.fromEntries(Object.entries(formats).map(([id, { title }]) => [id, title]))).toEqual(taskTitles);
    for (const { roles } of Object.values(formats)) {
      for (const { role, title } of roles) expect(roleTitles[role], role).toBe(title);
    }
  });
});
