/**
 * What answers from texts alone against scikit-learn: terms and their weights, chances, numbers;
 * what it says of itself, and what it refuses.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { mergeObstacle } from "../../../src/folders/merge";
import { type TextRows, textAnswers } from "../../../src/methods/answerer";
import { bagOfWords } from "../../../src/methods/bag-of-words/bag-of-words";
import {
  characterRuns,
  learnTerms,
  weighTexts,
  weighTrainingTexts,
  wordRuns,
} from "../../../src/methods/bag-of-words/tf-idf";
import { majority } from "../../../src/methods/majority/majority";
import { parseOptions } from "../../../src/runs/resolve";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { causalLm } from "../../../src/tasks/causal-lm";
import { multiLabelClassification } from "../../../src/tasks/multi-label-classification";
import { regression } from "../../../src/tasks/regression";
import { bagCases } from "../../fixtures/reference";
import { evaluate } from "../interpreter/forward";
import { type TinyModel, tinyModel, tinySetup } from "../interpreter/tiny-model";

let model: TinyModel;
let found: Awaited<ReturnType<typeof bagCases>>;

beforeAll(async () => {
  [model, found] = await Promise.all([tinyModel("tiny-llama"), bagCases()]);
});

const optionsOf = (options: object) =>
  parseOptions(model, { name: "bag", method: "bag-of-words", options: { ...options } }) as Record<string, never>;

function rowsOf(index: number): TextRows {
  const { answer, labels = [], values = [], classes } = found.cases[index];
  const { training, texts } = found;
  return {
    texts: texts.slice(0, training),
    answer,
    outputs: classes ?? values[0].length,
    labels: Int32Array.from(labels.slice(0, training)),
    values: Float32Array.from(values.slice(0, training).flat()),
  };
}

/** What scikit-learn gives: chances of labels, or numbers. */
function asSaid(answer: string, said: readonly number[]): number[] {
  if (answer === "number") return [...said];
  if (answer === "labels") return said.map((logit) => 1 / (1 + Math.exp(-logit)));
  const weights = said.map(Math.exp);
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / sum);
}

const largest = (one: readonly number[], other: readonly number[]) => {
  expect(one.length).toBe(other.length);
  return Math.max(...one.map((value, index) => Math.abs(value - other[index]!)));
};

const CASES = [0, 1, 2, 3, 4, 5, 6, 7, 8];

describe("as scikit-learn", () => {
  test("all its cases are held", () => expect(found.cases).toHaveLength(CASES.length));

  test.each(CASES)("case %i: terms and their weights", async (index) => {
    const { terms, options } = found.cases[index];
    const { wordRun, fewestRows, mostTerms, sublinear } = optionsOf(options);
    const { reads } = options;
    const cuts = [
      ...(reads === "characters" ? [] : [wordRuns(wordRun!)]),
      ...(reads === "words" ? [] : [characterRuns(3, 5)]),
    ];
    const how = { fewestTexts: fewestRows!, mostTerms: mostTerms!, sublinear: sublinear! };
    const training = found.texts.slice(0, found.training);
    const kinds = await Promise.all(cuts.map((cut) => learnTerms(training, cut, how)));
    const all = kinds.flatMap(({ columns, idf }) => [...columns.keys()].map((term, column) => [term, idf[column]!]));
    const named = all.length > 200 ? all.filter((_, place) => place % 10 === 0) : all;
    expect(named.map(([term]) => term)).toEqual(terms.map(({ term }: { term: string }) => term));
    const weights = terms.map(({ idf }: { idf: number }) => idf);
    expect(
      largest(
        named.map(([, weight]) => weight as number),
        weights,
      ),
    ).toBeLessThan(1e-12);
    // Each kind's part of a row has the length 1, or is empty.
    const { starts, columns, values } = weighTexts(found.texts, kinds);
    expect(await weighTrainingTexts(found.texts, kinds)).toEqual(weighTexts(found.texts, kinds));
    for (let row = 0; row + 1 < starts.length; row++) {
      let before = 0;
      for (const { columns: own } of kinds) {
        let squares = 0;
        for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
          if (columns[entry]! >= before && columns[entry]! < before + own.size) squares += values[entry]! ** 2;
        }
        expect(squares === 0 ? 1 : squares).toBeCloseTo(1, 12);
        before += own.size;
      }
    }
  });

  test.each(CASES)("case %i: what it says of other texts, to 1e-6", async (index) => {
    const { answer, options, said, usual } = found.cases[index];
    const notices: string[] = [];
    const rows = rowsOf(index);
    const notice = (message: string) => notices.push(message);
    const read = await textAnswers(bagOfWords)!.fit(optionsOf(options), rows, { notice });
    const fitted = Number(/: ([\d,]+) numbers fitted/.exec(notices[0]!)![1]!.replaceAll(",", ""));
    expect(fitted).toBeLessThanOrEqual(textAnswers(bagOfWords)!.mostParameters!(optionsOf(options), rows.outputs));
    const asked = found.texts.slice(found.training);
    const out = read(asked);
    const own = asked.map((_: string, row: number) =>
      asSaid(answer, [...out.subarray(row * rows.outputs, (row + 1) * rows.outputs)]),
    );
    expect(largest(own.flat(), said.flat())).toBeLessThan(1e-6);
    expect(notices).toEqual([expect.stringMatching(/^It weighs [\d,]+ words .* fitted to 54 training rows/)]);
    const always = (await textAnswers(majority)!.fit({}, rows))(["anything"]);
    expect(largest(asSaid(answer, [...always]), usual)).toBeLessThan(1e-6);
  });
});

test("a Program reads what the host says, and nothing of the model", () => {
  const setup = tinySetup(model, { name: "bag", method: "bag-of-words", options: {} }, [], 5);
  const tuned = buildTunedProgram(setup, 2, 4);
  expect([tuned.program.trainables, tuned.backward.dispatches]).toEqual([[], []]);
  const said = Array.from({ length: 10 }, (_, place) => place / 4);
  const leaves = new Map<string, ArrayLike<number>>([["said of texts", said]]);
  expect([...evaluate(tuned.program, leaves, [tuned.logits])(tuned.logits)]).toEqual(said);
  for (const [task, outputs] of [
    [multiLabelClassification, 5],
    [regression, 1],
  ] as const) {
    const { logits } = buildTunedProgram({ ...setup, task }, 2, 4);
    expect(logits.shape).toEqual([2, outputs]);
  }
  expect(() => buildTunedProgram({ ...setup, task: causalLm }, 2, 4)).toThrow(
    "Bag of words is for data with labels or a number for each row; this task is language modelling.",
  );
});

test("what was not found in time is said, and what cannot be is refused", async () => {
  const { fit: fitBag } = textAnswers(bagOfWords)!;
  const rows = rowsOf(3);
  const notices: string[] = [];
  const notice = (message: string) => notices.push(message);
  await fitBag(optionsOf({ penalty: 1000, maxIterations: 3 }), rows, { notice });
  expect(notices[0]).toContain("not found within 3 iterations");
  await expect(fitBag(optionsOf({}), { ...rows, labels: rows.labels.map(() => 2) })).rejects.toThrow(
    "Bag of words: all 54 training rows have the same one of 4 labels",
  );
  await expect(fitBag(optionsOf({ reads: "words", fewestRows: 55 }), rows)).rejects.toThrow(
    "Bag of words: no word is in 55 of the 54 training rows.",
  );
  expect(mergeObstacle(bagOfWords, bagOfWords.exportForm(optionsOf({}), model))).toContain("does not ask the model");
});

test("a label that no training row has costs a finite loss", async () => {
  const rows = { ...rowsOf(0), labels: rowsOf(0).labels.map((label) => (label === 3 ? 1 : label)) };
  const [said] = [(await textAnswers(majority)!.fit({}, rows))(["text"])];
  expect(said![3]).toBe(-16);
  const several = { ...rowsOf(7), values: rowsOf(7).values.map((_, index) => (index % 4 === 1 ? 1 : 0)) };
  expect([...(await textAnswers(majority)!.fit({}, several))(["text"])].map(Math.round)).toEqual([-16, 16, -16, -16]);
});

test("a fit gives way to what else the thread has to do, and ends with what it has when it is asked to", async () => {
  const [rows, notices]: [ReturnType<typeof rowsOf>, string[]] = [rowsOf(3), []];
  let asked = 0;
  const terms = 2 * rows.texts.length * 2;
  // Once for every text that terms are learned from and weighed, then before every iteration.
  const goOn = async () => ++asked < terms + 3;
  const read = await textAnswers(bagOfWords)!.fit(optionsOf({ penalty: 1000 }), rows, {
    goOn,
    notice: (message) => notices.push(message),
  });
  expect(asked).toBeGreaterThan(rows.texts.length);
  expect(notices[0]).toMatch(/^It was stopped after \d+ iterations, before the best fit was found\. Compare anew/);
  expect([...read(["a text"])].every(Number.isFinite)).toBe(true);
});
