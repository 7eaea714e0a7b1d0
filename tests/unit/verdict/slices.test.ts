/** Runs on slices of rows: figures are the task's own on those rows, and add up to the whole. */

import { expect, test } from "vitest";
import { sliceRows } from "../../../src/data/slices";
import { tasks } from "../../../src/tasks/registry";
import { decide } from "../../../src/verdict/decide";
import { measureSlices, type SliceSource } from "../../../src/verdict/slices";
import { wilson } from "../../../src/verdict/wilson";

const LABELS = ["a", "b", "c"];
const blank = { ids: new Int32Array(1), fullLength: 1, truncated: false };
const task = tasks["sequence-classification"];

/** One answer a row: `said[row]` is its class. */
function answers(truth: readonly number[], said: readonly number[]) {
  const examples = truth.map((label, row) => ({ ...blank, row: row + 2, labels: Int32Array.of(label) }));
  const outputs = said.map((label) => Float32Array.from(LABELS, (_, own) => Number(own === label)));
  return { examples, evaluation: { outputs, losses: outputs.map(() => new Float32Array(1)) } };
}

const truth = Array.from({ length: 90 }, (_, row) => row % 3);
/** Right wherever the shop is not Rome. */
const shops = truth.map((_, row) => (row % 5 === 0 ? "Rome" : row % 2 ? "Oslo" : "Lima"));
const said = truth.map((label, row) => (shops[row] === "Rome" ? (label + 1) % 3 : label));

const measure = (more: Partial<SliceSource> = {}) =>
  measureSlices({
    ...{ task, labels: LABELS, column: "shop", metric: "accuracy", part: "test", leftOut: [], seed: 3 },
    runs: [{ run: "one", seeds: [answers(truth, said)] }],
    slices: sliceRows(shops),
    ...more,
  });

test("each slice has the metric of its rows with its interval, and their weighted mean is the whole's accuracy", () => {
  const { slices, whole, runs } = measure();
  expect(runs).toEqual(["one"]);
  const shares = Object.fromEntries(slices.map(({ name, runs: [own] }) => [name, own!.value]));
  expect(shares).toEqual({ Oslo: 1, Lima: 1, Rome: 0 });
  for (const {
    rows,
    runs: [own],
  } of [...slices, whole])
    expect(own).toMatchObject(wilson(own!.value, rows));
  const mean = slices.reduce((sum, { rows, runs: [own] }) => sum + rows * own!.value, 0) / truth.length;
  expect(whole.rows).toBe(90);
  expect(whole.runs[0]!.value).toBeCloseTo(mean, 12);
  expect(measure()).toEqual(measure());
  expect(JSON.parse(JSON.stringify(measure()))).toEqual(measure());
});

test("the worst part of each run is named: the lowest accuracy, the highest error, of at least two", () => {
  const { slices, worst } = measure();
  expect(worst.map((place) => slices[place!]!.name)).toEqual(["Rome"]);
  const opposite = truth.map((label, row) => (shops[row] === "Oslo" ? (label + 1) % 3 : label));
  const two = [said, opposite].map((own, run) => ({ run: `run ${run}`, seeds: [answers(truth, own)] }));
  const both = measure({ runs: two });
  expect(both.worst.map((place) => both.slices[place!]!.name)).toEqual(["Rome", "Oslo"]);
  expect(measure({ slices: sliceRows(shops.map(() => "Rome")) }).worst).toEqual([null]);
});

test("other metrics are the task's own on the slice's rows", () => {
  const { slices } = measure({ metric: "f1" });
  for (const {
    name,
    runs: [own],
  } of slices) {
    const rows = [...shops.keys()].filter((row) => shops[row] === name);
    const picked = answers(
      rows.map((row) => truth[row]!),
      rows.map((row) => said[row]!),
    );
    expect(own!.value).toBeCloseTo(task.measure(picked.evaluation, picked.examples, LABELS).f1!, 12);
    expect(own!.low).toBeLessThanOrEqual(own!.value);
    expect(own!.high).toBeGreaterThanOrEqual(own!.value);
  }
});

test.each(["accuracy", "f1"] as const)("all rows have the verdict's own interval of %s", (metric) => {
  const worse = said.map((label, row) => (row % 7 === 0 ? (label + 1) % 3 : label));
  const runs = [
    { run: "one", seeds: [answers(truth, said), answers(truth, worse)] },
    { run: "two", seeds: [answers(truth, worse), answers(truth, truth)] },
  ];
  const verdict = decide({
    ...{ task, labels: LABELS, metric, metricChangedAfterTraining: false, part: "test", looks: 1, seed: 3 },
    ...{ leftOut: [], claims: [], trainLabels: null },
    runs: runs.map((run) => ({ ...run, kind: "tuned", parameters: 1, histories: [] })),
  });
  const { whole } = measure({ metric, runs });
  for (const [index, { run }] of runs.entries()) {
    const { value, low, high } = verdict.runs.find((own) => own.run === run)!;
    expect(whole.runs[index]).toEqual({ value, low, high });
  }
});

test("of several seeds a slice has the mean, and no share leaves 0 to 100 %", () => {
  const worse = said.map((label, row) => (row % 7 === 0 ? (label + 1) % 3 : label));
  const { slices } = measure({ runs: [{ run: "one", seeds: [answers(truth, said), answers(truth, worse)] }] });
  for (const {
    name,
    runs: [own],
  } of slices) {
    const rows = [...shops.keys()].filter((row) => shops[row] === name);
    const share = (says: readonly number[]) => rows.filter((row) => says[row] === truth[row]).length / rows.length;
    expect(own!.value).toBeCloseTo((share(said) + share(worse)) / 2, 12);
    expect(own!.low).toBeGreaterThanOrEqual(0);
    expect(own!.high).toBeLessThanOrEqual(1);
  }
});

test("a metric that a slice does not define is left empty there, for the run that has none", () => {
  const values = [1, 2, 3, 4, 5, 6];
  const numbers = (said: readonly number[]) => {
    const examples = values.map((value, row) => ({
      ...{ ...blank, row, labels: new Int32Array(1) },
      values: Float32Array.of(value),
    }));
    const outputs = said.map((value) => Float32Array.of(value));
    return { examples, evaluation: { outputs, losses: outputs } };
  };
  const { slices } = measure({
    ...{ task: tasks.regression, labels: [], metric: "spearman" },
    runs: [
      { run: "level", seeds: [numbers([2, 2, 2, 4, 5, 6])] },
      { run: "right", seeds: [numbers(values)] },
    ],
    slices: sliceRows(["x", "x", "x", "y", "y", "y"]),
  });
  expect(slices.map(({ runs }) => runs.map((own) => own?.value ?? null))).toEqual([
    [null, 1],
    [1, 1],
  ]);
});
