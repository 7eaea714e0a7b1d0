/**
 * What every task says of a row and of an evaluation, and that it agrees with how its rows are
 * read.
 */

import { describe, expect, it, test } from "vitest";
import { formats } from "../../../src/data/formats/registry";
import type { TaskId } from "../../../src/data/types";
import { tasks } from "../../../src/tasks/registry";
import type { EvaluatedRow } from "../../../src/tasks/task";

const labels = ["a", "b"];
const row = (own: object) => ({ row: 1, ids: Int32Array.of(1, 2, 3), fullLength: 3, truncated: false, ...own });
const evaluated = (own: object, output: number[], names = labels): EvaluatedRow => ({
  example: row(own) as EvaluatedRow["example"],
  output: Float32Array.from(output),
  labels: names,
  decode: (ids) => ids.join(" "),
});

const tags = { labels: Int32Array.of(0, -100, 1) };
const cases: Record<TaskId, { asked: EvaluatedRow; described: object; figures: object; said: object | null }> = {
  "sequence-classification": {
    asked: evaluated({ labels: Int32Array.of(1) }, [Math.log(3), 0]),
    described: { label: "b", predicted: "a", probability: expect.closeTo(0.25, 6) },
    figures: {
      confusion: [
        [0, 0],
        [1, 0],
      ],
      perClass: {
        title: "Class",
        counted: "Rows",
        rows: [
          { label: "a", precision: 0, recall: 0, f1: 0, support: 0 },
          { label: "b", precision: 0, recall: 0, f1: 0, support: 1 },
        ],
      },
    },
    said: {
      answer: "label",
      label: "a",
      probabilities: [
        { label: "a", probability: expect.closeTo(0.75, 6) },
        { label: "b", probability: expect.closeTo(0.25, 6) },
      ],
    },
  },
  "multi-label-classification": {
    asked: evaluated({ labels: Int32Array.of(0), values: Float32Array.of(0, 1) }, [-1, Math.log(3)]),
    described: { label: "b", predicted: "b", probability: null },
    figures: {
      perClass: {
        title: "Label",
        counted: "Rows",
        rows: [
          { label: "a", precision: 0, recall: 0, f1: 0, support: 0 },
          { label: "b", precision: 1, recall: 1, f1: 1, support: 1 },
        ],
      },
    },
    said: {
      answer: "labels",
      probabilities: [
        { label: "a", probability: expect.closeTo(1 / (1 + Math.E), 6), threshold: 0.5 },
        { label: "b", probability: expect.closeTo(0.75, 6), threshold: 0.5 },
      ],
    },
  },
  regression: {
    asked: evaluated({ labels: Int32Array.of(0), values: Float32Array.of(2.5) }, [2], []),
    described: { label: "2.5", predicted: "2.000", probability: null },
    figures: { points: [{ truth: 2.5, predicted: 2 }] },
    said: { answer: "number", number: 2 },
  },
  "token-classification": {
    asked: evaluated(tags, [1, 0, 0, 0, 1, 0], ["O", "B-PER"]),
    described: { label: "O B-PER", predicted: "O O", probability: null },
    figures: {
      perClass: {
        title: "Entity",
        counted: "True entities",
        rows: [{ label: "PER", precision: 0, recall: 0, f1: 0, support: 1 }],
      },
    },
    said: { answer: "tags", words: ["one", "two"], tags: ["O", "O"] },
  },
  "causal-lm": {
    asked: evaluated(tags, [5, 9, 1], []),
    described: { label: "0 1", predicted: "5 1", probability: null },
    figures: {},
    said: null,
  },
};

describe.each(Object.values(tasks))("$id", (task) => {
  const { asked, described, figures, said } = cases[task.id];

  it("has a validation row in words", () => {
    expect(task.describe(asked)).toEqual(described);
  });

  it("has an evaluation's figures", () => {
    const losses = [Float32Array.from(asked.example.labels, () => 0)];
    expect(task.figures({ outputs: [asked.output], losses }, [asked.example], asked.labels)).toEqual(figures);
  });

  it("says of a row what its format lets be asked", () => {
    const answer = task.say?.({
      outputs: asked.output,
      labels: asked.labels,
      row: asked.example,
      words: ["one", "two", "cut"],
    });
    expect(answer ?? null).toEqual(said);
    expect(answer?.answer ?? "text").toBe(formats[task.id].answer);
  });
});

test("cards of every task load transformers' class for it", () => {
  const cards = Object.values(tasks).map((task) => ({ ...task.card({ mean: 3, deviation: 2 }), of: task.modelClass }));
  expect(cards.map(({ of, asks }) => [of, asks])).toEqual([
    ["ForSequenceClassification", "row"],
    ["ForSequenceClassification", "row"],
    ["ForSequenceClassification", "row"],
    ["ForTokenClassification", "words"],
    ["ForCausalLM", "text"],
  ]);
  expect(cards[2]).toMatchObject({ print: "float(logits[0]) * 2 + 3" });
});
