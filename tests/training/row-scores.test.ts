/**
 * Scores of rows: losses, entropies, ranks, probabilities, states and gradient norms against
 * transformers' and PEFT's; the same losses as an evaluation has; kept, stopped and refused.
 */

import { mean } from "d3-array";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { frozenModel } from "../../src/answers/next-token";
import { BaseModel } from "../../src/base/base-model";
import type { TokenizedExample } from "../../src/data/tokens";
import type { Executor } from "../../src/executors/executor";
import { bytesFile } from "../../src/hub/sources";
import type { ModelFolder } from "../../src/hub/types";
import type { ComparisonData } from "../../src/runs/rows";
import { helpingWeights } from "../../src/scoring/helping-weights";
import type { Reader } from "../../src/scoring/reader";
import { knownScores } from "../../src/scoring/score-cache";
import { type ScoringSetup, scoreRows, type Wanted } from "../../src/scoring/score-rows";
import { rowMeans } from "../../src/scoring/scores";
import { rowLosses } from "../../src/tasks/task";
import { fixtureModel, fixtureTensors, scoreCases } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { OpenComparisons, type TinySetup, tinyData, tinyRows } from "./tiny-comparison";

let executor: Executor;
const open = new OpenComparisons();
const models: BaseModel[] = [];
beforeAll(async () => {
  executor = await testExecutor();
});
afterEach(async () => {
  await open.release();
  for (const model of models.splice(0)) model.release();
});

async function load(rig: string): Promise<BaseModel> {
  const model = await BaseModel.load(executor, rig === "tiny-base" ? await bundled(rig) : fixtureModel(rig));
  models.push(model);
  return model;
}

async function bundled(name: string): Promise<ModelFolder> {
  const { readFile } = await import("node:fs/promises");
  const folder = new URL(`../../public/models/${name}/`, import.meta.url);
  return {
    source: `bundled:${name}`,
    name,
    open: async (file) => {
      const bytes = await readFile(new URL(file, folder)).catch(() => null);
      return bytes && bytesFile(file, bytes);
    },
  };
}

const LABELS: Wanted = { labels: true, states: false, gradients: false, given: null };

const setupOf = (model: BaseModel, reader: Reader, more: Partial<ScoringSetup> = {}): ScoringSetup => ({
  ...{ executor, model, reader, reading: "answer", wanted: LABELS, batchSize: 2, tokenizer: model.tokenizer },
  labelled: more.reading === "language" ? "causal-lm" : "sequence-classification",
  report: () => {},
  signal: new AbortController().signal,
  ...more,
});

/** Rows of which every token but the first is to be predicted. */
const languageRows = (rows: readonly { readonly ids: readonly number[] }[]): TokenizedExample[] =>
  rows.map(({ ids }, row) => ({
    ids: Int32Array.from(ids),
    labels: Int32Array.from(ids, (_, place) => ids[place + 1] ?? -100),
    ...{ row, fullLength: ids.length, truncated: false },
  }));

describe("transformers'", () => {
  test.each(["tiny-llama", "tiny-qwen2", "tiny-base"])(
    "tokens: %s gives the same losses, entropies, ranks and probabilities",
    async (name) => {
      const { given, rows } = (await scoreCases()).language.find(({ model }) => model === name)!;
      const model = await load(name);
      const read = languageRows(rows);
      const setup = setupOf(model, frozenModel(model), { reading: "language" });
      const { labels, losses } = await scoreRows({ ...setup, wanted: { ...LABELS, given } }, read);
      const wanted = rows.flatMap(({ scores }) => scores);
      const column = (place: number) => wanted.map((scores) => scores[place]!);
      expect(labels!.offsets.at(-1)).toBe(wanted.length);
      expect([...labels!.labels]).toEqual(rows.flatMap(({ ids }) => ids.slice(1)));
      expect(largestDifference(labels!.losses, column(0))).toBeLessThan(1e-4);
      expect(largestDifference(labels!.entropies, column(1))).toBeLessThan(1e-4);
      expect([...labels!.ranks]).toEqual(column(2));
      expect(largestDifference(labels!.probabilities, column(3))).toBeLessThan(1e-5);
      rows.forEach(({ scores }, place) => {
        const mean = scores.reduce((sum, [loss]) => sum + loss!, 0) / scores.length;
        expect(Math.abs(losses![place]! - mean)).toBeLessThan(1e-5);
      });
      // Without a token of one's own the probability is the label's.
      const own = await scoreRows(setup, read);
      expect(
        largestDifference(
          own.labels!.probabilities,
          own.labels!.losses.map((loss) => Math.exp(-loss)),
        ),
      ).toBeLessThan(1e-6);
      expect(own.labels!.losses).toEqual(labels!.losses);
    },
  );

  test.each(["tiny-llama", "tiny-bert"])("rows: %s gives the same scores, states and gradients", async (rig) => {
    const { method, head, rows } = (await scoreCases()).classifiers.find((one) => one.rig === rig)!;
    const model = await load(rig);
    const initial = new Map<string, Float32Array>(
      Object.entries(head).map(([name, values]) => [name, Float32Array.from(values)]),
    );
    if (method === "lora") {
      const tensors = await fixtureTensors(`cases/${rig}/lora-sequence-classification.safetensors`);
      for (const [name, { data }] of tensors)
        if (name.startsWith("final.")) initial.set(name.slice(6), data as Float32Array);
    }
    const read = rows.map(({ ids, label }, row): TokenizedExample => {
      return { ids: Int32Array.from(ids), labels: Int32Array.of(label), row, fullLength: ids.length, truncated: false };
    });
    const options = method === "lora" ? { rank: 4, alpha: 8 } : {};
    const data = tinyData(read, read, 64);
    const { comparison } = open.create(executor, model, { data, runs: [{ name: "run", method, options, initial }] });
    await comparison.prepare();
    const wanted = { labels: true, states: true, gradients: true, given: null };
    const said = await scoreRows(setupOf(model, comparison.run("run"), { wanted, against: read }), read);
    const column = (place: number) => rows.map(({ scores }) => scores[place]!);
    expect(largestDifference(said.losses!, column(0))).toBeLessThan(1e-4);
    expect(largestDifference(said.entropies!, column(1))).toBeLessThan(1e-4);
    expect([...said.labels!.ranks]).toEqual(column(2));
    expect(largestDifference(said.labels!.probabilities, column(3))).toBeLessThan(1e-5);
    expect(
      largestDifference(
        said.states!.values,
        rows.flatMap(({ state }) => state),
      ),
    ).toBeLessThan(1e-4);
    rows.forEach(({ gradientNorm, gradientProduct }, row) => {
      expect(Math.abs(said.gradientNorms![row]! - gradientNorm) / gradientNorm).toBeLessThan(1e-3);
      expect(Math.abs(said.gradientProducts![row]! - gradientProduct) / gradientNorm ** 2).toBeLessThan(1e-3);
    });
  });
});

/** Rows of every kind of label, and what they are read by. */
async function dataOf(model: BaseModel, task: ComparisonData["task"]): Promise<ComparisonData> {
  const rows = await tinyRows(model, [12, 7, 16, 9, 11]);
  const labelled = rows.map((plain, index): TokenizedExample => {
    const row = { ...plain, text: model.tokenizer.decode([...plain.ids]) };
    const { ids } = row;
    switch (task) {
      case "causal-lm":
        return { ...row, labels: ids.map((_, place) => (place > 3 ? (ids[place + 1] ?? -100) : -100)) };
      case "token-classification":
        return { ...row, labels: ids.map((id, place) => (place % 2 === 0 ? id % 5 : -100)) };
      case "multi-label-classification":
        return { ...row, labels: Int32Array.of(0), values: Float32Array.from([0, 1, 2, 3, 4], (k) => (k + index) % 2) };
      case "regression":
        return { ...row, labels: Int32Array.of(0), values: Float64Array.of(100 + 3.5 * index) };
      default:
        return row;
    }
  });
  const data = tinyData(labelled, labelled);
  const scale = task === "regression" ? { mean: 107, deviation: 5 } : null;
  const labels = task === "causal-lm" || task === "regression" ? [] : data.labels;
  return { ...data, task, labels, scale };
}

async function trained(model: BaseModel, data: ComparisonData, runs: TinySetup["runs"]) {
  const { comparison } = open.create(executor, model, { data, runs, training: { steps: 2 } });
  await comparison.prepare();
  await comparison.train();
  return comparison;
}

describe("an evaluation's", () => {
  test.each([
    ["sequence-classification", ["lora", "sk-prefix", "bag-of-words", "nearest-neighbours"]],
    ["token-classification", ["lora"]],
    ["multi-label-classification", ["lora"]],
    ["regression", ["lora"]],
    // Examples whose words have a loss of their own stand before every row.
    ["causal-lm", ["lora", "prefix", "cpt"]],
  ] as const)("losses are the means of %s rows", async (task, methods) => {
    const model = await load("tiny-llama");
    const data = await dataOf(model, task);
    const options: Record<string, object> = {
      "sk-prefix": { text: "Sort it:" },
      prefix: { virtualTokens: 3 },
      cpt: { text: "Say: [Yes]" },
    };
    const runs = methods.map((method) => ({ name: method, method, options: { ...options[method] } }));
    const comparison = await trained(model, data, runs);
    for (const { name } of runs) {
      const run = comparison.run(name);
      const setup = setupOf(model, run, { scale: data.scale, labelled: task });
      const { losses } = await comparison.hold(name, () => scoreRows(setup, data.validation));
      const shown = comparison.validated(name)!;
      const expected = rowLosses(shown.evaluation, shown.examples).map(({ sum, labels }) => sum / labels);
      expect(largestDifference(losses!, expected), name).toBeLessThan(1e-6);
    }
  });
});

test("an answer to the same question is the same numbers, and another once anything has changed", async () => {
  const model = await load("tiny-llama");
  const data = await dataOf(model, "sequence-classification");
  const comparison = await trained(model, data, [{ name: "lora", method: "lora" }]);
  const run = comparison.run("lora");
  const asked: number[] = [];
  const wanted = { labels: true, states: true, gradients: true, given: null };
  const setup = setupOf(model, run, { wanted, report: (done) => asked.push(done) });
  const bytes = () => executor.memory.bytes().total - executor.memory.bytes().onnxruntime;
  const before = bytes();
  const norms = await comparison.gradientNorms("lora");
  const first = await knownScores(setup, data.validation);
  expect(first.known).toBe(false);
  expect(bytes()).toBe(before);
  expect(await comparison.gradientNorms("lora")).toEqual(norms);
  asked.length = 0;
  const again = await knownScores(setup, data.validation);
  expect([again.known, asked.length]).toEqual([true, 0]);
  expect(again).toEqual({ ...first, known: true });
  // Computed anew they are the same bit for bit.
  expect(await scoreRows(setup, data.validation)).toEqual(first.scores);
  expect((await knownScores(setup, data.validation.slice(1))).known).toBe(false);
  expect((await knownScores({ ...setup, wanted: LABELS }, data.validation)).known).toBe(false);
  const values = new Map(await run.parameters.read());
  const [name, tensor] = [...values][0]!;
  executor.write(run.parameters.value(name), tensor.map((value) => value + 1) as Float32Array<ArrayBuffer>);
  run.parameters.changed();
  const changed = await knownScores(setup, data.validation);
  expect(changed.known).toBe(false);
  expect(changed.checkpoint).not.toBe(first.checkpoint);
  expect(changed.scores.losses).not.toEqual(first.scores.losses);
});

test("a pass ends before the next batch once nobody waits for it", async () => {
  const model = await load("tiny-llama");
  const rows = await tinyRows(model, [5, 6, 7, 8, 9, 10, 11, 12]);
  const read = languageRows(rows.map(({ ids }) => ({ ids: [...ids] })));
  const stop = new AbortController();
  const done: number[] = [];
  const report = (rows: number) => {
    done.push(rows);
    if (rows === 4) stop.abort(new Error("Stopped."));
  };
  const setup = setupOf(model, frozenModel(model), { reading: "language", report, signal: stop.signal });
  // Tables that any Program may use again stay.
  await scoreRows({ ...setup, report: () => {} }, read);
  const before = executor.memory.bytes().runtime;
  await expect(scoreRows(setup, read)).rejects.toThrow("Stopped.");
  expect(done).toEqual([0, 2, 4]);
  expect(executor.memory.bytes().runtime).toBe(before);
});

describe("refused, with nothing started", () => {
  test.each([
    ["rows of another tokenizer", /another tokenizer/],
    ["no rows", /no rows to score/],
    ["rows without a label", /2 rows of 5 have no label.*rows 1, 3/s],
    ["nothing asked for", /Nothing is asked/],
    ["an answer of the frozen model", /frozen model has no trained head/],
    ["a gradient of the frozen model", /frozen model trains nothing/],
    ["a gradient of tokens", /the loss that the run is trained for/],
    ["states of an answer from texts", /rows have no states/],
    ["tokens of an encoder", /encoders/],
    ["labels of another task", /labelled for regression, and classification is asked/],
    ["a row that is too long", /Row 0 has 65 tokens; 64/],
  ])("%s", async (what, message) => {
    const model = await load(what === "tokens of an encoder" ? "tiny-bert" : "tiny-llama");
    const data = await dataOf(model, "sequence-classification");
    const rows = data.train;
    const runs = ["lora", "bag-of-words"].map((method) => ({ name: method, method }));
    const { comparison } = open.create(executor, model, { data, runs });
    await comparison.prepare();
    const lora = comparison.run("lora");
    const gradients = { labels: false, states: false, gradients: true, given: null };
    const states = { labels: false, states: true, gradients: false, given: null };
    const bare = rows.map((row, place) => (place % 2 === 1 ? { ...row, labels: Int32Array.of(-100) } : row));
    const long = { ...rows[0]!, ids: new Int32Array(65) };
    const cases: Record<string, [Partial<ScoringSetup>, readonly TokenizedExample[]]> = {
      "rows of another tokenizer": [{ tokenizer: (await load("tiny-base")).tokenizer }, rows],
      "no rows": [{}, []],
      "rows without a label": [{}, bare],
      "nothing asked for": [{ wanted: { ...states, states: false } }, rows],
      "an answer of the frozen model": [{ reader: frozenModel(model) }, rows],
      "a gradient of the frozen model": [{ reader: frozenModel(model), wanted: gradients }, rows],
      "a gradient of tokens": [{ reading: "language", wanted: gradients }, rows],
      "states of an answer from texts": [{ reader: comparison.run("bag-of-words"), wanted: states }, rows],
      "tokens of an encoder": [{ reading: "language" }, rows],
      "labels of another task": [{ labelled: "regression" }, rows],
      "a row that is too long": [{}, [long]],
    };
    const [given, asked] = cases[what]!;
    let started = false;
    const report = () => {
      started = true;
    };
    await expect(scoreRows(setupOf(model, lora, { ...given, report }), asked)).rejects.toThrow(message);
    expect(started).toBe(false);
  });
});

test("a wrong label counts for less beside rows that say the right one", async () => {
  const model = await load("tiny-llama");
  const data = await dataOf(model, "sequence-classification");
  const right = data.train;
  const wrong = right.map((row) => ({ ...row, labels: Int32Array.of((row.labels[0]! + 1) % data.labels.length) }));
  const { comparison } = open.create(executor, model, { data, runs: [{ name: "lora", method: "lora" }] });
  await comparison.prepare();
  const wanted = { labels: false, states: false, gradients: true, given: null };
  const setup = setupOf(model, comparison.run("lora"), { wanted, against: right });
  const { gradientProducts } = await scoreRows(setup, [...right, ...wrong]);
  const weights = helpingWeights(gradientProducts!)!;
  expect(mean(weights)!).toBeCloseTo(1, 9);
  for (const place of right.keys()) expect(weights[right.length + place]!).toBeLessThan(weights[place]!);
});

test("no weights where no row helps", () => {
  expect(helpingWeights(Float64Array.of(-1, 3, 1))).toEqual(Float64Array.of(0, 2.25, 0.75));
  expect(helpingWeights(Float64Array.of(-1, 0))).toBe(null);
});

test("a row without a label has a state, and no mean", async () => {
  expect(rowMeans({ offsets: Int32Array.of(0, 2, 2) }, Float32Array.of(1, 2))).toEqual(
    Float64Array.of(1.5, Number.NaN),
  );
  const model = await load("tiny-llama");
  const rows = (await tinyRows(model, [9])).map((row) => ({ ...row, labels: Int32Array.of(-100) }));
  const wanted = { labels: false, states: true, gradients: false, given: null };
  const { states, losses } = await scoreRows(setupOf(model, frozenModel(model), { wanted }), rows);
  expect([states!.values.length, losses]).toEqual([48, null]);
});
