/**
 * A labelled file scored by runs that were trained: on the comparison's own validation rows the
 * figures are the validation's, and what cannot be scored changes none of them.
 */

import Papa from "papaparse";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { formats } from "../../src/data/formats/registry";
import { readTable } from "../../src/data/table";
import { tokenizeExamples } from "../../src/data/tokens";
import type { ColumnRoles, TaskId } from "../../src/data/types";
import type { Executor } from "../../src/executors/executor";
import { History } from "../../src/instruments/history";
import { configurationSchema } from "../../src/plan/configuration";
import { variantsOf } from "../../src/plan/variants";
import { taskMetrics } from "../../src/tasks/metrics/names";
import { judge } from "../../src/worker/judge";
import { predictTable } from "../../src/worker/predictions";
import { type Scored, scoreTable } from "../../src/worker/scores";
import { fixtureModel } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { createComparison } from "./tiny-comparison";

let executor: Executor;
let model: BaseModel;
beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
});
afterAll(() => model.release());

type Line = Readonly<Record<string, string>>;

const tableOf = (lines: readonly Line[], name: string) => readTable(new File([Papa.unparse([...lines])], name));

/** Trained on some lines and validated on others, as the worker has it. */
async function trained(
  task: TaskId,
  columns: ColumnRoles,
  [train, validation]: readonly [readonly Line[], readonly Line[]],
  {
    seeds = 1,
    calibrate = false,
    runs,
  }: { seeds?: number; calibrate?: boolean; runs: readonly { name: string; method: string; options: object }[] },
): Promise<Scored> {
  const format = formats[task];
  const read = format.read(await tableOf(train, "train.csv"), columns, null);
  const known = { labels: read.labels, file: "train.csv" };
  const held = format.read(await tableOf(validation, "held.csv"), columns, known);
  const tokens = (examples: typeof held.examples) =>
    tokenizeExamples(examples, format.encode, model.tokenizer, { maxLength: 24 });
  const data = {
    ...{ task, labels: read.labels, scale: format.scale?.(read.examples) ?? null, maxLength: 24 },
    train: await tokens(read.examples),
    validation: await tokens(held.examples),
    validationTexts: held.examples.map(({ text }) => text),
  };
  const configuration = configurationSchema.parse({
    model: "bundled:tiny",
    data: { train: "train.csv", task, columns },
    training: { steps: 6, seeds, calibrate },
    runs,
  });
  const variants = configuration.runs.flatMap((run) =>
    variantsOf(run, configuration.training, configuration.data, true),
  );
  const history = new History();
  const plans = variants.map(({ run, ...variant }) => ({
    ...configuration.runs.find((one) => one.name === run)!,
    ...variant,
    learningRate: 0.02,
  }));
  const { comparison } = createComparison(executor, model, {
    ...{ data, runs: plans },
    training: { ...configuration.training, headLearningRate: "adapter" },
    onEvent: history.add.bind(history),
  });
  await comparison.prepare();
  await comparison.train();
  const rows = { divisions: [data], trainExamples: [read.examples] };
  return { comparison, configuration, variants, history, data, looks: null, ...rows };
}

const scored = async (current: Scored, lines: readonly Line[], columns: ColumnRoles) =>
  scoreTable(await tableOf(lines, "new.csv"), columns, { current, imported: [], model, progress: () => {} });

/** Figures of a run on its validation rows, in the scores' order. */
function validated({ comparison, data }: Scored, run: string) {
  const { evaluation, examples } = comparison.validated(run)!;
  const metrics = comparison.task.measure(evaluation, examples, data.labels);
  return taskMetrics[data.task].flatMap((metric) => {
    const value = metrics[metric];
    return Number.isFinite(value) ? [{ metric, value }] : [];
  });
}

const LORA = { name: "lora", method: "lora", options: { rank: 2 } };
const HEAD = { name: "head", method: "linear-probe", options: {} };
const NEAR = { name: "near", method: "nearest-neighbours", options: { neighbours: 2 } };

const texts = (count: number, from: number) =>
  Array.from({ length: count }, (_, index) => {
    const row = from + index;
    return `${["My card is lost", "What is the rate", "Where can I pay", "I am too young"][row % 4]} number ${row * 7}`;
  });

test("labels: all metrics and the verdict are the validation's; the other rows of the file change nothing", async () => {
  const columns = { text: "text", textPair: null, label: "label" };
  const lines = (some: readonly string[]) =>
    some.map((text, row) => ({ text, label: ["lost", "rate", "pay"][row % 3]! }));
  const [train, held] = [lines(texts(9, 0)), lines(texts(10, 40))];
  const current = await trained("sequence-classification", columns, [train, held], {
    seeds: 2,
    runs: [LORA, HEAD, NEAR],
  });
  const more = [
    ...held,
    { text: train[2]!.text.toUpperCase(), label: "rate" },
    { text: "Nobody says what this is", label: "" },
    { text: "A bird", label: "bird" },
    { text: "", label: "rate" },
  ];
  const scores = await scored(current, more, columns);
  expect(scores).toMatchObject({ rows: 10, seen: [12], unlabelled: [13], unknown: [{ label: "bird", rows: [14] }] });
  expect(scores.runs.map(({ run }) => run)).toEqual(current.comparison.runNames);
  for (const { run, metrics } of scores.runs) {
    expect(metrics.map(({ metric, value }) => ({ metric, value }))).toEqual(validated(current, run));
    for (const { value, low, high } of metrics) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }
  }
  const verdict = judge(current, model, { metric: null, beside: [] });
  expect(scores.verdict).toMatchObject({ part: "file", looks: null, runs: verdict.runs, pairs: verdict.pairs });
  expect(scores.verdict!.sentences.join(" ")).toContain("on 10 rows of the file");
  expect(scores.verdict!.sentences.join(" ")).not.toContain("set aside");
  // Runs say different things, or nothing of this would have been looked at.
  const accuracies = new Set(scores.runs.map(({ metrics }) => metrics[0]!.value));
  expect(accuracies.size).toBeGreaterThan(1);
  expect(scores.pairs.some(({ rows }) => rows > 0)).toBe(true);
  for (const { shown, better, worse } of scores.pairs) {
    const places = [better, worse].map((name) => scores.runs.findIndex(({ run }) => run === name));
    for (const { truth, answers, text, row } of shown.map((place) => scores.differing[place]!)) {
      expect(held[row - 2]).toEqual({ text, label: truth });
      expect([answers[places[0]!] === truth, answers[places[1]!] === truth]).toEqual([true, false]);
    }
  }
  expect(JSON.parse(JSON.stringify(scores))).toEqual(scores);
  await current.comparison.release();
});

test("numbers and tags: the figures are the validation's, too", async () => {
  const numbers = { text: "text", textPair: null, number: "score" };
  const rated = (some: readonly string[]) => some.map((text, row) => ({ text, score: `${100 + ((row * 37) % 11)}` }));
  const one = await trained("regression", numbers, [rated(texts(8, 0)), rated(texts(7, 50))], { runs: [LORA, HEAD] });
  const rates = await scored(one, rated(texts(7, 50)), numbers);
  for (const { run, metrics } of rates.runs) {
    expect(metrics.map(({ metric, value }) => ({ metric, value }))).toEqual(validated(one, run));
    expect(metrics.length).toBeGreaterThan(1);
  }
  expect(rates.agreement.correlation![0]![0]).toBeCloseTo(1, 9);
  await one.comparison.release();

  const tags = { tokens: "tokens", tags: "tags" };
  const tagged = (some: readonly string[]) =>
    some.map((tokens, row) => ({
      tokens,
      tags: tokens
        .split(" ")
        .map((_, word) => (word === row % 3 ? "B-THING" : "O"))
        .join(" "),
    }));
  const held = tagged(texts(7, 60));
  const two = await trained("token-classification", tags, [tagged(texts(8, 0)), held], { runs: [LORA, HEAD] });
  const words = await scored(two, held, tags);
  expect(words.agreement.of).toBe("words");
  for (const { run, metrics } of words.runs) {
    expect(metrics.map(({ metric, value }) => ({ metric, value }))).toEqual(validated(two, run));
  }

  // A predicted file has them as it has the words: between spaces, or as lists.
  const answers = async (lines: readonly Line[]) => {
    const sources = { tokenizer: model.tokenizer, of: () => two, progress: () => {} };
    const { csv } = await predictTable(await tableOf(lines, "new.csv"), tags, { run: "lora" }, sources);
    return Papa.parse<Record<string, string>>(csv, { header: true }).data.map(({ prediction }) => prediction!);
  };
  const spaced = await answers(held);
  expect(spaced.map((cell) => cell.split(" ").length)).toEqual(held.map(({ tokens }) => tokens.split(" ").length));
  expect(spaced.join(" ")).toMatch(/^(B-THING|O)( (B-THING|O))*$/);
  const listed = await answers(held.map((line) => ({ ...line, tokens: JSON.stringify(line.tokens.split(" ")) })));
  expect(listed.map((cell) => JSON.parse(cell).join(" "))).toEqual(spaced);
  await two.comparison.release();
});

test("several labels: the figures are the validation's, too; imported runs are scored, not judged", async () => {
  const columns = { text: "text", textPair: null, labels: ["themes"] };
  const themed = (some: readonly string[], themes: readonly string[]) =>
    some.map((text, row) => ({ text, themes: themes.filter((_, theme) => (row >> theme) % 2 > 0).join(";") }));
  const open = (name: string, themes: readonly string[]) =>
    trained("multi-label-classification", columns, [themed(texts(8, 0), themes), themed(texts(8, 50), themes)], {
      runs: [{ ...LORA, name }],
    });
  const current = await open("lora", ["card", "rate", "shop"]);
  const alike = await open("imported", ["card", "rate", "shop"]);
  const other = await open("other", ["bird", "rate"]);
  const scores = await scoreTable(
    await tableOf(themed(texts(8, 50), ["card", "rate", "shop"]), "new.csv"),
    { text: "text", textPair: null, labels: ["themes"] },
    { current, imported: [alike, other], model, progress: () => {} },
  );
  expect(scores.runs.map(({ run }) => run)).toEqual(["lora", "imported"]);
  for (const { metrics } of scores.runs) {
    const own = validated(current, "lora");
    expect(metrics.map(({ metric, value }) => ({ metric, value }))).toEqual(own);
  }
  expect(scores.agreement.share![0]![1]).toBe(1);
  expect(scores.leftOut).toEqual([{ run: "other", why: "it was trained for other labels" }]);
  expect(scores.verdict!.runs.map(({ run }) => run)).toEqual(["lora"]);
  expect(scores.notices.join(" ")).toContain("Which rows imported was trained on is not known here");
  for (const { comparison } of [current, alike, other]) await comparison.release();
});

test("thresholds decide in a file's scores, its predictions and the verdict, which all say so", async () => {
  const columns = { text: "text", textPair: null, labels: ["themes"] };
  const themed = (some: readonly string[]) =>
    some.map((text, row) => ({
      text,
      themes: ["card", "rate"].filter((_, theme) => (row + theme) % 5 === 0).join(";"),
    }));
  const held = themed(texts(14, 50));
  const current = await trained("multi-label-classification", columns, [themed(texts(8, 0)), held], {
    ...{ calibrate: true, runs: [LORA, HEAD] },
  });
  const scores = await scored(current, held, columns);
  for (const { run, metrics } of scores.runs) {
    expect(metrics.map(({ metric, value }) => ({ metric, value }))).toEqual(validated(current, run));
  }
  const { thresholds } = current.comparison.calibration("lora")!;
  expect(thresholds!.some((threshold) => threshold !== 0.5)).toBe(true);
  const notice =
    "lora gives a label where its chance is above the label's own threshold, tuned on its validation rows.";
  expect(scores.notices).toContain(notice);
  expect(scores.verdict!.sentences.join(" ")).toContain("thresholds that were tuned on the validation rows.");
  const verdict = judge(current, model, { metric: null, beside: [] });
  expect(verdict).toMatchObject({ thresholdsTuned: true, runs: scores.verdict!.runs });
  expect(verdict.sentences.join(" ")).toContain("tuned on these very rows");
  const table = await tableOf(held, "new.csv");
  const { csv, notices } = await predictTable(
    table,
    columns,
    { run: "lora" },
    {
      tokenizer: model.tokenizer,
      of: () => current,
      progress: () => {},
    },
  );
  expect(notices).toContain(notice);
  const said = Papa.parse<{ prediction: string }>(csv, { header: true }).data.map(({ prediction }) => prediction);
  const { evaluation } = current.comparison.validated("lora")!;
  const positive = evaluation.outputs.map((row) => current.data.labels.filter((_, label) => row[label]! > 0));
  expect(said.map((cell) => JSON.parse(cell))).toEqual(positive);
  await current.comparison.release();
});

test("a file of many rows is read in pieces, and each row stays in its place", async () => {
  const columns = { text: "text", textPair: null, label: "label" };
  const lines = texts(6, 0).map((text, row) => ({ text, label: ["lost", "rate"][row % 2]! }));
  const { comparison, data } = await trained("sequence-classification", columns, [lines, lines], { runs: [HEAD] });
  const few = await comparison.evaluateRows("head", data.validation);
  const done: number[] = [];
  const rows = Array.from({ length: 1030 }, (_, row) => data.validation[row % 6]!);
  const many = await comparison.evaluateRows("head", rows, (count) => done.push(count));
  expect(done).toEqual([1024, 1030]);
  expect(many.examples).toEqual(rows);
  for (const [row, output] of many.evaluation.outputs.entries()) {
    expect(largestDifference(output, few.evaluation.outputs[row % 6]!)).toBeLessThan(1e-5);
  }
  expect(few.evaluation).toEqual(comparison.evaluation("head"));
  await comparison.release();
});

test("a file of training rows alone is refused, and so is a comparison that is not there", async () => {
  const columns = { text: "text", textPair: null, label: "label" };
  const lines = texts(6, 0).map((text, row) => ({ text, label: ["lost", "rate"][row % 2]! }));
  const current = await trained("sequence-classification", columns, [lines, lines], { runs: [HEAD] });
  await expect(scored(current, lines, columns)).rejects.toThrow(
    /^new\.csv, column "label": No row is left to score\. Not scored: 6 rows whose text is among the training rows/,
  );
  const nothing = { current: null, imported: [], model, progress: () => {} };
  await expect(scoreTable(await tableOf(lines, "new.csv"), columns, nothing)).rejects.toThrow(
    "There is no trained run",
  );
  await current.comparison.release();
});
