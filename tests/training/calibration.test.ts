/**
 * Runs that are calibrated when they have ended: tuned on validation rows alone, measured on the
 * test rows, and read by everything that a run is asked for afterwards.
 */

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { type Calibration, tuneCalibration } from "../../src/calibration/calibration";
import { chancesOf } from "../../src/calibration/chances";
import type { TokenizedExample } from "../../src/data/tokens";
import type { Executor } from "../../src/executors/executor";
import { exportRun } from "../../src/folders/export";
import { importedCalibration } from "../../src/folders/imported-run";
import { importedTensors } from "../../src/folders/imported-tensors";
import { mergedRun } from "../../src/folders/merged-model";
import { tasks } from "../../src/tasks/registry";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { OpenComparisons, probabilitiesOf, type TinySetup, tinyData, tinyRows } from "./tiny-comparison";

const timeout = 120_000;
let executor: Executor;
let model: BaseModel;
let rows: readonly TokenizedExample[];
const open = new OpenComparisons();

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  rows = await tinyRows(model, Array<number>(24).fill(8));
  return () => model.release();
});

afterEach(() => open.release());

async function trained(setup: TinySetup) {
  const created = open.create(executor, model, setup);
  await created.comparison.prepare();
  await created.comparison.train();
  return created;
}

/** Rows that are hard to tell: a label now and then says something else than the row does. */
const oneLabel = () =>
  rows.map((row, index) => ({ ...row, labels: Int32Array.of(index % 7 === 0 ? index % 5 : row.labels[0]!) }));

/** The row's own label, and another one on every fourth row; the last label on no row. */
const severalLabels = () =>
  rows.map((row, index) => {
    const own = row.labels[0]! % 4;
    const values = Float32Array.from({ length: 5 }, (_, label) =>
      Number(label === own || (index % 4 === 0 && label === 1)),
    );
    return { ...row, labels: Int32Array.of(0), values };
  });

function divided(all: readonly TokenizedExample[], several: boolean) {
  const data = tinyData(all.slice(0, 10), all.slice(10, 18));
  const task = several ? ("multi-label-classification" as const) : data.task;
  return { data: { ...data, task }, divisions: [{ ...data, test: all.slice(18) }] };
}

const runs = [
  { name: "head", method: "linear-probe", learningRate: 0.1 },
  { name: "lora", method: "lora", learningRate: 0.01, options: { rank: 2 } },
];
const training = { steps: 12, evalEvery: 4, keepBest: true, calibrate: true };

describe.each([
  ["one label", false],
  ["several labels", true],
] as const)("%s", (_, several) => {
  const rowsOf = several ? severalLabels : oneLabel;

  test("is tuned on the held adapter's validation rows, whatever the test rows are", { timeout }, async () => {
    const { data, divisions } = divided(rowsOf(), several);
    const { comparison, of } = await trained({ data, divisions, training, runs });
    for (const { name } of runs) {
      const logits = comparison.evaluation(name).outputs;
      const truth = data.validation.map((row) => tasks[data.task].chances!.labelsOf(row));
      const expected = tuneCalibration({ several, logits, truth }, data.labels);
      const calibration = comparison.calibration(name)!;
      expect(calibration).toMatchObject(expected);
      expect(calibration).toMatchObject({ part: "test", rows: 6, imported: false });
      expect(of("calibration", name)).toEqual([{ type: "calibration", run: name, calibration }]);
    }
    const calibrated = runs.map(({ name }) => comparison.calibration(name)!);
    expect(calibrated.some(({ temperature }) => temperature !== 1)).toBe(true);
    if (several) expect(calibrated[0]!.notes.at(-1)).toMatch(/lost_or_stolen_card: the threshold stays 0.5/);
    await open.release();
    // Test rows with other labels change what is measured, and nothing that is tuned.
    const others = divisions.map((own) => ({
      ...own,
      test: own.test.map((row, at) => ({ ...own.test.at(at - 1)!, ids: row.ids })),
    }));
    const again = await trained({ data, divisions: others, training, runs });
    const tuned = ({ temperature, thresholds }: Calibration) => [temperature, thresholds];
    expect(runs.map(({ name }) => tuned(again.comparison.calibration(name)!))).toEqual(calibrated.map(tuned));
    expect(again.comparison.calibration("head")!.after).not.toEqual(calibrated[0]!.after);
  });

  test("training is the same to the last bit, and so is the validation's course", { timeout }, async () => {
    const { data, divisions } = divided(rowsOf(), several);
    const told = [];
    for (const calibrate of [true, false]) {
      const { events, comparison } = await trained({ data, divisions, training: { ...training, calibrate }, runs });
      told.push(
        events.flatMap((event) => {
          if (event.type === "step") return [`${event.run} ${event.loss}`];
          return event.type === "evaluation" && event.split === "validation" ? [`${event.f1}`] : [];
        }),
      );
      expect(comparison.calibration("head") !== null).toBe(calibrate);
      expect(comparison.report("head").calibration !== null).toBe(calibrate);
      await open.release();
    }
    expect(told[1]).toEqual(told[0]);
  });

  test("the test event, the rows of a file and typed rows all say the same labels", { timeout }, async () => {
    const { data, divisions } = divided(rowsOf(), several);
    const { test } = divisions[0]!;
    const { comparison, of } = await trained({ data, divisions, training, runs });
    const { task } = comparison;
    for (const { name } of runs) {
      const { temperature, thresholds } = comparison.calibration(name)!;
      const { evaluation } = comparison.tested(name)!;
      const metrics = task.measure(evaluation, test, data.labels);
      const [event] = of("evaluation", name).filter(({ split }) => split === "test");
      expect(event).toMatchObject(metrics);
      const file = await comparison.evaluateRows(name, test);
      expect(task.measure(file.evaluation, test, data.labels)).toEqual(metrics);
      const said = await comparison.predictRows(
        name,
        test.map((row) => ({ row, words: [] })),
      );
      said.forEach((answer, index) => {
        const output = evaluation.outputs[index]!;
        const { predicted } = task.describe({ example: test[index]!, output, labels: data.labels, decode: String });
        if (answer.answer === "label") expect(answer.label).toBe(predicted);
        else if (answer.answer === "labels") {
          const given = answer.probabilities.filter(({ probability, threshold }) => probability > threshold);
          expect(given.map(({ label }) => label).join("; ") || "none").toBe(predicted);
          expect(answer.probabilities.map(({ threshold }) => threshold)).toEqual(thresholds);
        }
      });
      const typed = (await comparison.predict(test[0]!)).find(({ run }) => run === name)!;
      expect(typed).toMatchObject({ ...said[0]!, calibrated: true });
      expect(temperature).toBeGreaterThan(0);
    }
    const [base] = await comparison.predict(test[0]!);
    expect(base).toMatchObject({ run: "base", calibrated: false });
  });

  test("without test rows it is measured on those it was tuned on, and says so", { timeout }, async () => {
    const all = rowsOf();
    const data = { ...divided(all, several).data };
    const { comparison } = await trained({ data, training, runs });
    const calibration = comparison.calibration("lora")!;
    expect(calibration).toMatchObject({ part: "validation", rows: 8 });
    for (const { before, after } of calibration.thresholdFigures ?? []) expect(after).toBeGreaterThanOrEqual(before);
    // The report is by the calibration, too.
    const report = comparison.report("lora");
    const { evaluation, examples } = comparison.validated("lora")!;
    expect(report.metrics).toEqual(comparison.task.measure(evaluation, examples, data.labels));
    expect(report.calibration).toEqual(calibration);
    expect(report.metricsNote.includes("thresholds that were tuned on these very rows")).toBe(several);
  });

  test("an exported folder brings it along", { timeout }, async () => {
    const { data, divisions } = divided(rowsOf(), several);
    const { test } = divisions[0]!;
    const { comparison } = await trained({ data, divisions, training, runs: runs.slice(1) });
    const calibration = comparison.calibration("lora")!;
    const before = await comparison.predict(test[0]!);
    const facts = { labels: data.labels, maxLength: 16, data: { file: "x", trainRows: 10, validationRows: 8 } };
    const folder = await comparison.hold("lora", (run) =>
      exportRun(model, run, {
        ...facts,
        ...{ steps: 12, metrics: null, versions: {}, droppedLeadingTokens: 0, calibration },
        record: { calibration: JSON.parse(JSON.stringify(calibration)) },
      }),
    );
    const given = importedCalibration(folder, data.labels)!;
    expect(given).toEqual({
      temperature: calibration.temperature,
      thresholds: calibration.thresholds,
      notes: calibration.notes,
    });
    expect(folder.modelCard).toContain(`(logits / ${calibration.temperature})`);
    const merged = await comparison.hold("lora", (run) =>
      mergedRun(model, run, { labels: data.labels, steps: 12, file: "x", calibration }),
    );
    expect(merged.card).toContain(`divide its logits by ${calibration.temperature} before`);
    if (several) expect(merged.card).toContain(`above ${calibration.thresholds!.join(", ")}.`);
    expect(importedCalibration(folder, data.labels.slice(1))).toEqual(several ? null : given);
    await open.release();
    const tensors = importedTensors(folder, model.config.layers, "trained", model.config);
    const initial = new Map(tensors.map((tensor) => [tensor.name, tensor.data]));
    const beside = open.create(executor, model, {
      data,
      runs: [{ ...runs[1]!, initial, calibration: given }],
    });
    await beside.comparison.evaluate();
    const [, said] = await beside.comparison.predict(test[0]!);
    expect(said).toEqual(before[1]);
    expect(beside.comparison.calibration("lora")).toMatchObject({ ...given, part: "validation", imported: true });
  });
});

test("chances of one label are those of the logits over the temperature", { timeout }, async () => {
  const { data, divisions } = divided(oneLabel(), false);
  const { comparison } = await trained({ data, divisions, training, runs });
  const { temperature } = comparison.calibration("head")!;
  const prediction = (await comparison.predict(data.validation[0]!)).find(({ run }) => run === "head")!;
  const expected = chancesOf(comparison.evaluation("head").outputs[0]!, { several: false, temperature });
  probabilitiesOf(prediction).forEach((chance, label) => {
    expect(chance).toBeCloseTo(expected[label]!, 5);
  });
});

test("a turned dial is calibrated anew, and measured on the rows that were read at it", { timeout }, async () => {
  const { data, divisions } = divided(severalLabels(), true);
  const dylora = { name: "dylora", method: "dylora", learningRate: 0.02, options: { rank: 4 } };
  const { comparison } = await trained({ data, divisions, training: { ...training, keepBest: false }, runs: [dylora] });
  const before = comparison.calibration("dylora")!;
  expect(before.part).toBe("test");
  const judged = comparison.validated("dylora");
  await comparison.turn("dylora", 1);
  // The verdict goes by what it was when its training had ended.
  expect(comparison.validated("dylora")).toEqual(judged);
  const after = comparison.calibration("dylora")!;
  const logits = comparison.evaluation("dylora").outputs;
  const truth = data.validation.map((row) => comparison.task.chances!.labelsOf(row));
  expect(after).toMatchObject(tuneCalibration({ several: true, logits, truth }, data.labels));
  expect(after).toMatchObject({ part: "validation", rows: 8 });
  expect(after.temperature).not.toBe(before.temperature);
});

test("a run that goes on is calibrated anew, and one that fails is not", { timeout }, async () => {
  const { data, divisions } = divided(oneLabel(), false);
  const astray = { name: "astray", method: "linear-probe", learningRate: 1e38 };
  const { comparison, of } = open.create(executor, model, {
    ...{ data, divisions, runs: [runs[0]!, astray] },
    training: { steps: 12, calibrate: true, gradClip: null },
    onEvent: (event, comparison) => {
      if (event.type === "step" && event.run === "head" && event.step === 5) comparison.stop();
    },
  });
  await comparison.prepare();
  await comparison.train();
  const [stopped, ...more] = of("calibration");
  expect([stopped!.run, more]).toEqual(["head", []]);
  expect(comparison.calibration("astray")).toBeNull();
  await comparison.continue();
  expect(of("calibration", "head")).toHaveLength(2);
  expect(of("calibration", "head")[1]!.calibration.temperature).not.toBe(stopped!.calibration.temperature);
});
