/** What labels weigh: scikit-learn's balanced weights, torch's `pos_weight`, and by hand. */

import { describe, expect, test } from "vitest";
import {
  balancedPositiveWeights,
  balancedWeights,
  weighRows,
  weightedTasks,
  weightsOf,
} from "../../../src/data/class-weights";
import type { TokenizedExample } from "../../../src/data/tokens";
import { nearestName } from "../../../src/errors/nearest-name";
import { configurationSchema } from "../../../src/plan/configuration";
import { tasks } from "../../../src/tasks/registry";
import { weighLabels } from "../../../src/tasks/task";
import { classWeightCases } from "../../fixtures/reference";

const found = await classWeightCases();
const NAMES = ["billing", "delivery", "praise", "refund"];
const row = (labels: readonly number[], values?: readonly number[]): TokenizedExample => ({
  ids: Int32Array.from(labels),
  labels: Int32Array.from(labels),
  ...(values && { values: Float32Array.from(values) }),
  row: 2,
  fullLength: labels.length,
  truncated: false,
});
const countsOf = (labels: readonly number[]) => NAMES.map((_, id) => labels.filter((label) => label === id).length);
const near = (value: number) => expect.closeTo(value, 6);

describe("balanced", () => {
  test.each([0, 1, 2])("case %i: weights are scikit-learn's, of the labels that occur", (index) => {
    const { labels, present, weights } = found.balanced[index];
    const own = balancedWeights(countsOf(labels));
    expect(present.map((label: number) => own[label])).toEqual(weights.map(near));
    for (const label of NAMES.keys()) if (!present.includes(label)) expect(own[label]).toBe(1);
  });

  test("rows have the weight of their label, tokens of their tag", () => {
    const { labels, weights } = found.balanced[0];
    const weighed = weighRows(
      labels.map((label: number) => row([label])),
      NAMES,
      "balanced",
      false,
    );
    weighed.forEach((own, index) => {
      expect([...own.weights!]).toEqual([near(weights[labels[index]])]);
    });
    // Every label counts for as much as every other.
    const sums = NAMES.map((_, id) =>
      weighed.reduce((sum, own) => sum + (own.labels[0] === id ? own.weights![0]! : 0), 0),
    );
    expect(sums).toEqual(NAMES.map(() => near(labels.length / NAMES.length)));

    const tagged = found.balanced[2];
    const weightOf = new Map(tagged.present.map((label: number, place: number) => [label, tagged.weights[place]]));
    const rows = [row(tagged.labels.slice(0, 4)), row(tagged.labels.slice(4))];
    const tokens = weighRows(rows, NAMES, "balanced", false).flatMap((own) => [...own.weights!]);
    tokens.forEach((weight, token) => {
      if (tagged.labels[token] >= 0) expect(weight).toBeCloseTo(weightOf.get(tagged.labels[token]) as number, 6);
    });
    expect(tokens).toHaveLength(tagged.labels.length);
  });

  test("several labels: rows without a label for each row that has it", () => {
    const rows = [
      [1, 0, 1, 0],
      [0, 0, 1, 0],
      [0, 0, 1, 1],
      [0, 0, 1, 1],
    ].map((values) => row([0], values));
    for (const own of weighRows(rows, NAMES, "balanced", true)) {
      // Of a label that no row has, and of one that all have, there is nothing to balance.
      expect([...own.positiveWeights!]).toEqual([3, 1, 1, 1]);
      expect(own.weights).toBeUndefined();
    }
    expect(balancedPositiveWeights([1, 5], 10)).toEqual([9, 1]);
  });
});

describe("by hand", () => {
  const rows = [row([0]), row([3])];

  test("labels that are not named weigh 1", () => {
    expect(weightsOf({ refund: 2.5, praise: 0 }, NAMES, () => expect.unreachable())).toEqual([1, 1, 0, 2.5]);
    expect(weightsOf({}, [...NAMES, "constructor"], () => expect.unreachable())).toEqual([1, 1, 1, 1, 1]);
    expect(weighRows(rows, NAMES, { refund: 2.5 }, false).map((own) => [...own.weights!])).toEqual([[1], [2.5]]);
    expect([...weighRows(rows, NAMES, { refund: 2.5 }, true)[0]!.positiveWeights!]).toEqual([1, 1, 1, 2.5]);
  });

  test("a label that there is not is refused with the nearest one", () => {
    expect(() => weighRows(rows, NAMES, { Refunds: 2 }, false)).toThrow(
      'training.classWeights: the data have no label "Refunds"; the nearest of their 4 is "refund".',
    );
    expect(nearestName("delvery", NAMES)).toBe("delivery");
    expect(nearestName("", ["long name", "b"])).toBe("b");
    expect(() => nearestName("a", [])).toThrow(RangeError);
  });

  test("weights that leave every label out are refused", () => {
    const none = Object.fromEntries(NAMES.map((name) => [name, 0]));
    expect(() => weighRows(rows, NAMES, none, false)).toThrow("every label weighs 0");
  });
});

test("off: rows are those that were given", () => {
  const rows = [row([0])];
  expect(weighRows(rows, NAMES, "off", false)).toBe(rows);
  expect(weighLabels(tasks["causal-lm"])).toBe(tasks["causal-lm"]);
  expect(weighLabels(tasks["causal-lm"], "off")).toBe(tasks["causal-lm"]);
});

test("the tasks that a configuration may weigh are those whose loss reads weights", () => {
  const weighing = Object.values(tasks).filter(({ weights }) => weights !== undefined);
  expect(weighing.map(({ id }) => id).sort()).toEqual([...weightedTasks].sort());
  expect(() => weighLabels(tasks.regression, "balanced")).toThrow("no labels to weigh");
});

describe("in a configuration", () => {
  const columns = { text: "text", label: "label" };
  const parse = (task: string, classWeights: unknown, roles: object = columns) =>
    configurationSchema.safeParse({
      model: "bundled:tiny-base",
      data: { task, train: "a.csv", columns: roles },
      training: classWeights === undefined ? {} : { classWeights },
      runs: [{ name: "a", method: "lora" }],
    });

  test("it may be left out; off, balanced and numbers by label are taken", () => {
    const read = (given: unknown) => parse("sequence-classification", given).data?.training.classWeights;
    expect(read(undefined)).toBeUndefined();
    expect(read("off")).toBe("off");
    expect(read("balanced")).toBe("balanced");
    expect(read({ refund: 3 })).toEqual({ refund: 3 });
  });

  test.each(["even", { refund: -1 }, { refund: "3" }, 2])("%j is refused", (given) => {
    expect(parse("sequence-classification", given).error?.issues[0]?.path).toContain("classWeights");
  });

  test("a task without labels is refused by name", () => {
    const { error } = parse("regression", "balanced", { text: "text", number: "score" });
    expect(error?.issues.map(({ message }) => message)).toEqual(['regression has no labels to weigh; leave it "off"']);
  });
});
