/**
 * Scores of made answers: figures are the tasks' own metrics, rows that one run gets and another
 * does not are all counted, and agreement is scikit-learn's and scipy's.
 */

import { describe, expect, test } from "vitest";
import { taskMetrics } from "../../../src/tasks/metrics/names";
import { tasks } from "../../../src/tasks/registry";
import { agree, cohenKappa } from "../../../src/verdict/agreement";
import { MOST_ROWS, type ScoreSource, scoreRuns } from "../../../src/verdict/score";
import { wilson } from "../../../src/verdict/wilson";

const blank = { ids: new Int32Array(1), fullLength: 1, truncated: false };
const LABELS = ["a", "b", "c"];

/** One answer a row: `said[row]` is its class. */
function classes(truth: readonly number[], said: readonly number[]) {
  const examples = truth.map((label, row) => ({ ...blank, row: row + 2, labels: Int32Array.of(label) }));
  const outputs = said.map((label) => Float32Array.from(LABELS, (_, own) => Number(own === label)));
  return { examples, evaluation: { outputs, losses: outputs.map(() => new Float32Array(1)) } };
}

function score(runs: ScoreSource["runs"], more: Partial<ScoreSource> = {}) {
  const texts = runs[0]!.examples.map(({ row }) => `text of row ${row}`);
  const task = tasks["sequence-classification"];
  return scoreRuns({ task, answer: "label", labels: LABELS, runs, texts, seed: 3, ...more });
}

const truth = Array.from({ length: 120 }, (_, row) => row % 3);
const good = {
  run: "good",
  ...classes(
    truth,
    truth.map((label, row) => (row % 10 === 0 ? (label + 1) % 3 : label)),
  ),
};
const poor = {
  run: "poor",
  ...classes(
    truth,
    truth.map((label, row) => (row < 70 ? (label + 2) % 3 : label)),
  ),
};

describe("figures", () => {
  test("are the task's own, in its order, each with an interval that holds it", () => {
    const scores = score([good, poor]);
    for (const [index, { run, metrics }] of scores.runs.entries()) {
      const own = [good, poor][index]!;
      const measured = tasks["sequence-classification"].measure(own.evaluation, own.examples, LABELS);
      expect(run).toBe(own.run);
      expect(metrics.map(({ metric }) => metric)).toEqual(taskMetrics["sequence-classification"]);
      for (const { metric, value, low, high } of metrics) {
        expect(value).toBe(measured[metric]);
        expect(low).toBeLessThan(value);
        expect(high).toBeGreaterThan(value);
      }
      expect(metrics[0]).toMatchObject(wilson(metrics[0]!.value, 120));
    }
    expect(score([good, poor])).toEqual(scores);
    expect(JSON.parse(JSON.stringify(scores))).toEqual(scores);
  });

  test("that are not defined on the rows are left out, the others stay", () => {
    const examples = [3, 3, 3].map((value, row) => ({
      ...blank,
      row,
      labels: new Int32Array(1),
      values: Float32Array.of(value),
    }));
    const outputs = [1, 2, 3].map((value) => Float32Array.of(value));
    const evaluation = { outputs, losses: outputs };
    const { runs } = score([{ run: "one", examples, evaluation }], { task: tasks.regression, answer: "number" });
    expect(runs[0]!.metrics.map(({ metric }) => metric)).toEqual(["rmse", "mae"]);
    expect(runs[0]!.metrics[1]!.value).toBeCloseTo(1, 12);
  });
});

describe("rows that one run gets and another does not", () => {
  test("are all counted and the first of them listed with both answers", () => {
    const { pairs, differing } = score([good, poor]);
    const wrong = (row: number) => ({ good: row % 10 === 0, poor: row < 70 });
    const onlyGood = truth.map((_, row) => row).filter((row) => !wrong(row).good && wrong(row).poor);
    const onlyPoor = truth.map((_, row) => row).filter((row) => wrong(row).good && !wrong(row).poor);
    expect(onlyGood.length).toBeGreaterThan(MOST_ROWS);
    expect(pairs.map(({ better, worse, rows }) => [better, worse, rows])).toEqual([
      ["good", "poor", onlyGood.length],
      ["poor", "good", onlyPoor.length],
    ]);
    expect(pairs[0]!.shown.map((place) => differing[place]!.row)).toEqual(
      onlyGood.slice(0, MOST_ROWS).map((row) => row + 2),
    );
    for (const place of pairs[0]!.shown) {
      const { row, text, truth: label, answers } = differing[place]!;
      expect(text).toBe(`text of row ${row}`);
      expect(answers[0]).toBe(label);
      expect(answers[1]).not.toBe(label);
    }
  });

  test("are of numbers those where a run is nearer, the largest lead first", () => {
    const numbers = [10, 20, 30];
    const examples = numbers.map((value, row) => ({
      ...blank,
      row,
      labels: new Int32Array(1),
      values: Float32Array.of(value),
    }));
    const says = (run: string, values: readonly number[]) => {
      const outputs = values.map((value) => Float32Array.of(value));
      return { run, examples, evaluation: { outputs, losses: outputs } };
    };
    const { pairs, differing, agreement } = score([says("one", [11, 20, 40]), says("two", [14, 30, 31])], {
      task: tasks.regression,
      answer: "number",
    });
    expect(pairs[0]).toMatchObject({ better: "one", rows: 2 });
    expect(pairs[0]!.shown.map((place) => differing[place]!.row)).toEqual([1, 0]);
    expect(pairs[1]!.shown.map((place) => differing[place]!.row)).toEqual([2]);
    expect(differing[0]).toMatchObject({ truth: "20", answers: ["20.00", "30.00"] });
    // scipy.stats.pearsonr([11, 20, 40], [14, 30, 31])
    expect(agreement.correlation![0]![1]).toBeCloseTo(0.773309455795051, 6);
  });
});

describe("agreement", () => {
  test("is the share of equal answers, and Cohen's kappa as scikit-learn's", () => {
    const one = ["a", "a", "b", "c", "b", "a", "c", "c", "b", "a"];
    const other = ["a", "b", "b", "c", "a", "a", "c", "b", "b", "a"];
    const { of, share, kappa, correlation } = agree("label", ["one", "other"], [one, other]);
    expect({ of, correlation }).toEqual({ of: "rows", correlation: null });
    expect(share).toEqual([
      [1, 0.7],
      [0.7, 1],
    ]);
    // sklearn.metrics.cohen_kappa_score(one, other)
    expect(kappa![0]![1]).toBeCloseTo(0.5454545454545454, 12);
    expect(kappa![1]![1]).toBe(1);
    expect(cohenKappa(["a", "a"], ["a", "a"])).toBeNull();
  });

  test("counts words where each has a tag, and is not defined where a run always says one number", () => {
    const tagged = agree(
      "tags",
      ["one", "other"],
      [
        ["O B-X O", "O"],
        ["O O O", "O"],
      ],
    );
    expect(tagged).toMatchObject({
      of: "words",
      share: [
        [1, 0.75],
        [0.75, 1],
      ],
    });
    const { correlation } = agree(
      "number",
      ["one", "other"],
      [
        [1, 2, 3],
        [4, 4, 4],
      ],
    );
    expect(correlation).toEqual([
      [1, null],
      [null, null],
    ]);
  });
});
