/**
 * Every metric against scikit-learn's and scipy's values on random predictions, through the tasks
 * that report them.
 */

import { describe, expect, test } from "vitest";
import { bootstrap, percentileInterval } from "../../../src/tasks/bootstrap";
import { classMetrics, confusionMatrix } from "../../../src/tasks/metrics/classification";
import { entityScores } from "../../../src/tasks/metrics/entities";
import type { Metrics } from "../../../src/tasks/metrics/names";
import { tasks } from "../../../src/tasks/registry";
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
    const mean = (rows: readonly number[]) =>
      rows.reduce((sum, row) => sum + right[row % right.length]!, 0) / rows.length;
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

test.each(fixtures.entities)("entity F1 over drawn rows is what measuring those rows gives", ({ truth, predicted }) => {
  const task = tasks["token-classification"];
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
  const rows = [3, 3, 0, 7, 11, 2, 29];
  const own = { outputs: rows.map((row) => outputs[row]!), losses: rows.map((row) => losses[row]!) };
  const { f1 } = task.measure(
    own,
    rows.map((row) => examples[row]!),
    labels,
  );
  expect(task.drawn!({ outputs, losses }, examples, labels)(rows)).toBeCloseTo(f1!, 12);
});
