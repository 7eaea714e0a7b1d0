/**
 * Every metric against scikit-learn's and scipy's values on random predictions, through the tasks
 * that report them.
 */

import { describe, expect, test } from "vitest";
import type { TokenizedExample } from "../../../src/data/tokens";
import type { TaskId } from "../../../src/data/types";
import { bootstrap, draws, percentileInterval } from "../../../src/tasks/bootstrap";
import { classMetrics, confusionMatrix } from "../../../src/tasks/metrics/classification";
import { entityScores } from "../../../src/tasks/metrics/entities";
import { type Metrics, taskMetrics } from "../../../src/tasks/metrics/names";
import { tasks } from "../../../src/tasks/registry";
import type { Evaluation } from "../../../src/tasks/task";
import fixtures from "../../fixtures/metrics.json";

const blank = { ids: new Int32Array(1), fullLength: 1, truncated: false };
const names = (count: number) => Array.from({ length: count }, (_, index) => `label ${index}`);

function expectMetrics(
  measured: Metrics,
  expected: Readonly<Record<string, unknown>>,
  keys: readonly (keyof Metrics)[],
) {
  for (const key of keys) expect(Math.abs(measured[key]! - (expected[key] as number)), key).toBeLessThan(1e-6);
}

/** Logits of which the largest is that of the class. */
const pointing = (classes: number, at: number) => Float32Array.from({ length: classes }, (_, index) => +(index === at));

describe.each(fixtures.classification)("classification with $classes classes", (fixture) => {
  const { classes, truth, predicted } = fixture;
  const examples = truth.map((label, row) => ({ ...blank, row, labels: Int32Array.of(label) }));
  const outputs = predicted.map((label) => pointing(classes, label));
  const evaluation = { outputs, losses: outputs.map(() => new Float32Array(1)) };

  test("accuracy, macro averages, MCC, confusion matrix and classes are scikit-learn's", () => {
    const measured = tasks["sequence-classification"].measure(evaluation, examples, names(classes));
    expectMetrics(measured, fixture, ["accuracy", "precision", "recall", "f1", "mcc"]);
    const confusion = confusionMatrix(truth, predicted, classes);
    expect(confusion).toEqual(fixture.confusion);
    classMetrics(confusion).forEach((own, label) => {
      const expected = fixture.perClass.map((column) => column[label]!);
      for (const [index, key] of (["precision", "recall", "f1", "support"] as const).entries()) {
        expect(own[key], `${key} of ${label}`).toBeCloseTo(expected[index]!, 12);
      }
    });
  });

  test("the interval is that of resampled rows: it holds the value, is the same for a seed, and narrows with more rows", () => {
    const task = tasks["sequence-classification"];
    const interval = bootstrap(task, evaluation, examples, names(classes), 3);
    expect(bootstrap(task, evaluation, examples, names(classes), 3)).toEqual(interval);
    expect(interval.low).toBeLessThanOrEqual(fixture.accuracy);
    expect(interval.high).toBeGreaterThanOrEqual(fixture.accuracy);
    const width = ({ low, high }: typeof interval) => high - low;
    const right = truth.map((label, row) => +(label === predicted[row]));
    const mean = (counts: Uint16Array) =>
      counts.reduce((sum, count, row) => sum + count * right[row % right.length]!, 0) / counts.length;
    // The accuracy's standard error is √(p (1 − p) / n): 95 % lie within 1.96 of them to either
    // side.
    const many = percentileInterval(2000, 3, mean);
    const p = fixture.accuracy;
    expect(width(many)).toBeLessThan(Math.max(width(interval), 1e-12));
    expect(Math.abs(width(many) - 2 * 1.96 * Math.sqrt((p * (1 - p)) / 2000))).toBeLessThan(0.01);
  });
});

test.each(fixtures.labels)(
  "several labels: accuracy of whole rows and macro averages are scikit-learn's",
  (fixture) => {
    const examples = fixture.truth.map((values, row) => ({
      ...blank,
      row,
      labels: Int32Array.of(0),
      values: Float32Array.from(values),
    }));
    const outputs = fixture.logits.map((logits) => Float32Array.from(logits));
    const evaluation = { outputs, losses: outputs.map(() => new Float32Array(1)) };
    const measured = tasks["multi-label-classification"].measure(evaluation, examples, names(outputs[0]!.length));
    expectMetrics(measured, fixture, ["accuracy", "precision", "recall", "f1"]);
  },
);

test.each(fixtures.numbers)("regression: correlations are scipy's, errors scikit-learn's", (fixture) => {
  const examples = fixture.truth.map((value, row) => ({
    ...blank,
    row,
    labels: Int32Array.of(0),
    values: Float32Array.of(value),
  }));
  const outputs = fixture.predicted.map((value) => Float32Array.of(value));
  const measured = tasks.regression.measure({ outputs, losses: outputs.map(() => new Float32Array(1)) }, examples, []);
  expectMetrics(measured, fixture, ["pearson", "spearman", "rmse", "mae"]);
});

test.each(fixtures.entities)(
  "entities, over all and by type, are conlleval's",
  ({ truth, predicted, overall, perType }) => {
    const scores = entityScores(truth, predicted);
    const listed = ({ precision, recall, f1, support }: typeof scores.overall) => [precision, recall, f1, support];
    listed(scores.overall).forEach((value, index) => void expect(value).toBeCloseTo(overall[index]!, 12));
    expect(scores.perType.map(({ type }) => type)).toEqual(Object.keys(perType).sort());
    for (const { type, ...own } of scores.perType) {
      const expected = (Object.entries(perType) as [string, number[]][]).find(([kind]) => kind === type)![1];
      listed(own).forEach((value, index) => void expect(value).toBeCloseTo(expected[index]!, 12));
    }
  },
);

/** Every metric of a task over drawn rows is what measuring the rows that were drawn gives. */
function expectDrawn(id: TaskId, evaluation: Evaluation, examples: readonly TokenizedExample[], labels: string[]) {
  const task = tasks[id];
  for (const counts of draws(examples.length, 5, 20)) {
    const rows = [...counts.keys()].flatMap((row) => new Array<number>(counts[row]!).fill(row));
    const own = {
      outputs: rows.map((row) => evaluation.outputs[row]!),
      losses: rows.map((row) => evaluation.losses[row]!),
    };
    const drawn = rows.map((row) => examples[row]!);
    const measured = task.measure(own, drawn, labels);
    for (const metric of taskMetrics[id]) {
      const { over, right } = task.drawn(metric, evaluation, examples, labels);
      expect(Math.abs(over(counts) - measured[metric]!), `${id}: ${metric}`).toBeLessThan(1e-9);
      if (!right) continue;
      expect(rows.reduce((sum, row) => sum + right[row]!, 0) / rows.length, metric).toBeCloseTo(measured[metric]!, 12);
    }
  }
  const other = taskMetrics[id].includes("rmse") ? "accuracy" : "rmse";
  expect(() => task.drawn(other, evaluation, examples, labels)).toThrow(`${task.title} has no metric "${other}".`);
}

const lossesOf = (outputs: readonly unknown[]) => outputs.map((_, row) => Float32Array.of(row / 10));

describe("metrics over drawn rows are those of the rows", () => {
  test.each(fixtures.classification)("classification with $classes classes", ({ classes, truth, predicted }) => {
    const examples = truth.map((label, row) => ({ ...blank, row, labels: Int32Array.of(label) }));
    const outputs = predicted.map((label) => pointing(classes, label));
    expectDrawn("sequence-classification", { outputs, losses: lossesOf(outputs) }, examples, names(classes));
  });

  test.each(fixtures.labels)("several labels", ({ truth, logits }) => {
    const examples = truth.map((values, row) => ({
      ...blank,
      row,
      labels: Int32Array.of(0),
      values: Float32Array.from(values),
    }));
    const outputs = logits.map((row) => Float32Array.from(row));
    const evaluation = { outputs, losses: lossesOf(outputs) };
    expectDrawn("multi-label-classification", evaluation, examples, names(outputs[0]!.length));
  });

  test.each(fixtures.numbers)("numbers, with and without ties", ({ truth, predicted }) => {
    const examples = truth.map((value, row) => ({
      ...blank,
      row,
      labels: Int32Array.of(0),
      values: Float32Array.of(value),
    }));
    const outputs = predicted.map((value) => Float32Array.of(value));
    expectDrawn("regression", { outputs, losses: lossesOf(outputs) }, examples, []);
  });

  test.each(fixtures.entities)("entities", ({ truth, predicted }) => {
    const labels = [...new Set([...truth.flat(), ...predicted.flat()])].sort();
    const examples = truth.map((tags, row) => ({
      ...blank,
      row,
      labels: Int32Array.from(tags, (tag) => labels.indexOf(tag)),
    }));
    const outputs = predicted.map((tags) =>
      Float32Array.from(tags.flatMap((tag) => [...pointing(labels.length, labels.indexOf(tag))])),
    );
    const losses = truth.map((tags) => new Float32Array(tags.length));
    expectDrawn("token-classification", { outputs, losses }, examples, labels);
  });

  test("responses of language models", () => {
    const responses = [
      [5, -1, 7, 7],
      [-1, 2],
      [9, 9, 9, 1, -1],
    ];
    const examples = responses.map((labels, row) => ({ ...blank, row, labels: Int32Array.from(labels) }));
    const outputs = [
      [5, 3, 7, 1],
      [2, 2],
      [9, 1, 9, 0, 4],
    ].map((ids) => Float32Array.from(ids));
    const losses = responses.map((labels, row) => Float32Array.from(labels, (_, place) => 0.2 + row + place / 7));
    expectDrawn("causal-lm", { outputs, losses }, examples, []);
  });
});
