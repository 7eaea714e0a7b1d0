/**
 * Probable label errors by a run: its chances on the rows that it was not trained on, whatever has
 * become of their labels since; and what is trained on is the rows as they are changed.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { softmaxRows } from "../../src/answers/confident-learning";
import { BaseModel } from "../../src/base/base-model";
import { shownText } from "../../src/data/examples";
import type { Executor } from "../../src/executors/executor";
import { configurationSchema } from "../../src/plan/configuration";
import { dataConfiguration } from "../../src/plan/data-configuration";
import { variantsOf } from "../../src/plan/variants";
import { DatasetStore } from "../../src/worker/dataset-store";
import { type AskedComparison, findLabelErrors } from "../../src/worker/label-errors";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { createComparison } from "./tiny-comparison";

let executor: Executor;
let model: BaseModel;
beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
});
afterAll(() => model.release());

const WORDS = { drink: ["tea", "milk", "juice", "water"], tool: ["saw", "drill", "hammer", "chisel"] };
const NAMES = ["drink", "tool"] as const;
/** Rows of these numbers say the other label; all of their words are the label's. */
const PLANTED = [5, 12, 19, 26, 33, 40, 47, 54];
const lines = Array.from({ length: 60 }, (_, n) => {
  const planted = PLANTED.includes(n + 2);
  const own = WORDS[NAMES[n % 2]!];
  const text = Array.from({ length: planted ? 4 : 1 + (n % 3) }, (_, place) => own[(n + place) % 4]).join(" ");
  return `${text} x${n},${NAMES[(n + (planted ? 1 : 0)) % 2]}`;
});
const RUN = { name: "words", method: "bag-of-words", options: {} };

async function opened() {
  const store = new DatasetStore(() => {});
  await store.setTokenizer(model.tokenizer);
  await store.openFile(new File([`text,label\n${lines.join("\n")}\n`], "w.csv"), "train", 5);
  await store.setSettings({ ...store.data.settings, validationFraction: 0.3, test: 0.3 });
  return store;
}

async function compared(store: DatasetStore) {
  const { dataset, divisions, settings, train, validation, test: tested } = store.data;
  const configuration = configurationSchema.parse({
    model: "bundled:tiny",
    data: dataConfiguration(store.data),
    training: { steps: 1 },
    runs: [RUN],
  });
  const rows = divisions.map((parts, index) => ({
    ...parts,
    validationTexts: dataset.divisions[index]!.validation.map(shownText),
    testTexts: dataset.divisions[index]!.test.map(shownText),
  }));
  const data = {
    task: settings.task,
    labels: dataset.labels,
    scale: null,
    ...rows[0]!,
    maxLength: settings.maxLength,
  };
  const { comparison } = createComparison(executor, model, {
    data,
    divisions: rows,
    runs: configuration.runs,
    training: configuration.training,
  });
  await comparison.prepare();
  await comparison.train();
  const variants = variantsOf(configuration.runs[0]!, configuration.training, configuration.data, true);
  const tables = { train, validation, test: tested };
  return { comparison, configuration, data, variants, tables } satisfies AskedComparison;
}

test("a run's chances are those of its validation and test rows; labels are the open data's", async () => {
  const store = await opened();
  const current = await compared(store);
  const ask = () => findLabelErrors(store, current, { kind: "run", run: "words" }, () => {});
  const found = await ask();
  const { dataset } = store.data;
  expect([found.by, found.folds, found.rows]).toEqual(["words", null, dataset.validation.length + dataset.test.length]);
  const planted = [...dataset.validation, ...dataset.test].filter(({ row }) => PLANTED.includes(row));
  expect(planted.length).toBeGreaterThan(0);
  const said = [current.comparison.validated("words")!, current.comparison.tested("words")!];
  for (const { row } of planted) {
    const suspect = found.errors.find((error) => error.row === row)!;
    expect(suspect.likely).toEqual([NAMES[row % 2]]);
    expect(suspect.part).toBe(dataset.test.some((example) => example.row === row) ? "test" : "validation");
    const [output] = said.flatMap(({ evaluation, examples }) =>
      examples.flatMap((example, place) => (example.row === row ? [evaluation.outputs[place]!] : [])),
    );
    const chances = softmaxRows(output!, 2);
    expect(suspect.confidence).toBeCloseTo(chances[dataset.labels.indexOf(suspect.given[0]!)]!, 10);
  }

  // Relabelled, and left out: neither is suspected any more, and the run is still asked.
  const [first, ...others] = planted;
  const changes = [
    { row: first!.row, label: NAMES[first!.row % 2]! },
    ...others.map(({ row }) => ({ row, leaveOut: true as const })),
  ];
  await store.setSettings({ ...store.data.settings, changes });
  const after = await ask();
  expect(after.rows).toBe(found.rows - others.length);
  expect(after.errors.filter(({ row }) => PLANTED.includes(row))).toEqual([]);
  // What is trained on next are the rows as they are changed, in the same parts.
  const again = await compared(store);
  const labelOf = (rows: readonly { row: number; labels: Int32Array }[]) =>
    new Map(rows.map(({ row, labels }) => [row, labels[0]]));
  const before = labelOf([...current.data.validation, ...current.data.test]);
  const now = labelOf([...again.data.validation, ...again.data.test]);
  expect([...now.keys()]).toEqual([...before.keys()].filter((row) => !others.some((other) => other.row === row)));
  for (const [row, label] of now) expect(label).toBe(row === first!.row ? 1 - before.get(row)! : before.get(row));
  expect(again.configuration.data.changes).toHaveLength(changes.length);

  // Of other labels or files a run says nothing.
  await store.openFile(new File([`text,label\n${lines.slice(0, 50).join("\n")}\n`], "v.csv"), "train");
  await expect(ask()).rejects.toThrow('"words" was trained on other data or labels than are open now.');
  await current.comparison.release();
  await again.comparison.release();
});
