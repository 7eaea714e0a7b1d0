/**
 * A run looked at closely: its tensors add up to what is counted, and soft tokens stand in their
 * places.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { encodeText, type TokenizedExample, tokenizeExamples } from "../../../src/data/tokens";
import { type EstimateInput, estimate } from "../../../src/estimate/estimate";
import { inspectRun } from "../../../src/estimate/inspect-run";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { openWeights } from "../../../src/hub/weights";
import { approaches } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { type RunConfiguration, trainingSchema } from "../../../src/plan/configuration";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson, fixtureModel } from "../../fixtures/reference";

const TEXT = "is this about a film?";
const LABELS = ["bad", "good", "neither"];
const training = trainingSchema.parse({ batchSize: 2, steps: 20, headLearningRate: 0.002 });
let model: EstimateInput["model"];
let trainTokens: TokenizedExample[];

beforeAll(async () => {
  const rig = "tiny-llama";
  const json = await fixtureJson(`models/${rig}/config.json`);
  const family = familyOf(json);
  const { parameters } = await openWeights(fixtureModel(rig), family.prefixes);
  const tokenizer = await openTokenizer(fixtureModel(rig));
  model = { family, config: family.readConfig(json), tokenizer, poolings: family.poolings, parameters };
  const examples = [{ text: "a warm and funny film", textPair: null, label: 1, row: 4 }];
  trainTokens = await tokenizeExamples(examples, encodeText, tokenizer, { maxLength: 32 });
});

const task = { task: sequenceClassification, classes: LABELS.length, labels: LABELS, inputs: [] };
const inspect = (run: Omit<RunConfiguration, "name">) =>
  inspectRun({ model, ...task, training, trainTokens }, { name: "run", ...run });
const rowOf = ({ soft }: ReturnType<typeof inspect>) => soft!.row.tokens.map(({ text }) => text);

/** With a text where the schema wants one. */
function withText(id: string): RunConfiguration {
  for (const options of [{}, { text: TEXT }]) {
    const method = approaches.find((one) => one.id === id)!;
    if (method.options(model).safeParse(options).success) return { name: id, method: id, options };
  }
  throw new Error(`${id} has options without a default that are no text.`);
}

test.each(approaches.map(({ id }) => id))("%s: its tensors add up to what the estimate counts", (id) => {
  const run = withText(id);
  const lengths = trainTokens.map(({ ids }) => ids.length);
  const [counted] = estimate({
    ...{ model, ...task, training, runs: [run], maxLength: 32, allowedBuffer: 1e9 },
    trainLengths: lengths,
    validationLengths: lengths,
  }).runs;
  // What a model cannot be asked is refused by both, for the same reason.
  if (counted!.problem !== null) {
    expect(() => inspect(run)).toThrow(counted!.problem);
    return;
  }
  const { tensors, soft } = inspect(run);
  const sum = (part: string) =>
    tensors.groups.filter((group) => group.part === part).reduce((total, { count }) => total + count, 0);
  expect(sum("adapter")).toBe(counted!.trainable.adapter);
  expect(sum("head") + tensors.fitted).toBe(counted!.trainable.head);
  expect(tensors.frozen).toBe(model.parameters);
  for (const { tensors: count, shape, count: numbers } of tensors.groups) {
    expect(numbers).toBe(count * shape.reduce((product, size) => product * size, 1));
  }
  const { before = 0, after = 0, prefix = null } = soft ?? {};
  expect(before + after + (prefix?.tokens ?? 0)).toBe(counted!.virtualTokens);
});

describe("where soft tokens stand", () => {
  test("P-tuning's template puts them on both sides of the row's own tokens", () => {
    const looked = inspect({ method: "p-tuning", options: { template: "{p:3} {text} {p:2}" } });
    expect(looked.soft).toMatchObject({ before: 3, after: 2, prefix: null, trained: true, changesWords: false });
    expect(looked.soft!.row.number).toBe(4);
    expect(looked.soft!.row.length).toBe(trainTokens[0]!.ids.length);
    expect(rowOf(looked)).toEqual(model.tokenizer.piecesOf(trainTokens[0]!.ids).map(({ text }) => text));
  });

  test("a prefix stands before every layer that is not frozen, and takes no place in the row", () => {
    const { soft } = inspect({ method: "prefix", options: { virtualTokens: 5 }, frozenLayers: 1 });
    const { layers } = model.config;
    expect(soft).toMatchObject({ before: 0, after: 0, prefix: { tokens: 5, blocks: layers - 1, ofBlocks: layers } });
  });

  test("tokens that start from words are named after them, one for each", () => {
    const pieces = model.tokenizer.pieces(TEXT).map(({ text }) => text);
    for (const method of ["sk-prompt", "sk-prefix", "hard-text"]) {
      const { soft } = inspect({ method, options: { text: TEXT } });
      expect(
        soft!.words.map(({ text }) => text),
        method,
      ).toEqual(pieces);
      expect(soft!.trained, method).toBe(method !== "hard-text");
    }
    expect(inspect({ method: "prompt", options: { init: "random" } }).soft!.words).toEqual([]);
  });

  test("a zero-shot prompt is shown as its words on both sides of the row", () => {
    const wordsOf = (template: string) => {
      const { soft } = inspect({ method: "zero-shot", options: { template } });
      return { ...soft!, words: soft!.words.map(({ text }) => text) };
    };
    const both = wordsOf("is this {text} a film");
    expect(both.before).toBeGreaterThan(0);
    expect(both.after).toBeGreaterThan(0);
    expect(both.words.length).toBe(both.before + both.after);
    expect(both.words.slice(0, both.before).join("")).toContain("is this");
    expect(both.words.slice(both.before).join("")).toContain("a film");
    const after = wordsOf("{text} a film");
    expect([after.before, after.words]).toEqual([0, both.words.slice(both.before)]);
    expect(after.trained).toBe(false);
  });

  test("DePT and EPT are shorter than prompt tuning with as many numbers, and change the row's words", () => {
    for (const method of ["dept", "ept"]) {
      const { soft, tensors } = inspect({ method, options: { rank: 2 } });
      const adapter = tensors.groups.filter(({ part }) => part === "adapter");
      const numbers = adapter.reduce((sum, { count }) => sum + count, 0);
      expect(soft!.changesWords, method).toBe(true);
      expect(soft!.sameSize, method).toBe(Math.round(numbers / model.config.hiddenSize));
      expect(soft!.sameSize!, method).toBeGreaterThan(soft!.before);
    }
    expect(inspect({ method: "prompt", options: {} }).soft!.sameSize).toBeNull();
  });

  test("what leaves the row as it is has none", () => {
    for (const method of ["lora", "linear-probe", "majority"])
      expect(inspect({ method, options: {} }).soft, method).toBeNull();
  });
});

describe("the table of tensors", () => {
  const rateOf = (looked: ReturnType<typeof inspect>, name: string) =>
    looked.tensors.groups.find((group) => group.name === name)!.learningRate;

  test("DePT's pair has a rate of its own, and the head the one of all heads", () => {
    const looked = inspect({ method: "dept", options: { pairRate: 0.25 }, learningRate: 0.4 });
    expect(rateOf(looked, "prompt_embeddings")).toEqual({ low: 0.4, high: 0.4 });
    for (const name of ["lora_embedding_A", "lora_embedding_B"])
      expect(rateOf(looked, name)).toEqual({ low: 0.1, high: 0.1 });
    const head = looked.tensors.groups.find(({ part }) => part === "head")!;
    expect(head).toMatchObject({ learningRate: { low: 0.002, high: 0.002 }, exported: "kept" });
  });

  test("tensors of the blocks are one line, with the span of their rates", () => {
    const looked = inspect({ method: "lora", options: { rank: 2 }, learningRate: 0.01, layerDecay: 0.5 });
    const { layers } = model.config;
    const down = looked.tensors.groups.find(({ name }) => /\.\*\..*q_proj.*lora_A/.test(name))!;
    expect(down.tensors).toBe(layers);
    expect(down.count).toBe(layers * 2 * model.config.hiddenSize);
    expect(down.learningRate).toEqual({ low: 0.01 * 0.5 ** (layers - 1), high: 0.01 });
  });

  test("what other programs get the outcome of is marked", () => {
    const fates = (method: string, options: RunConfiguration["options"] = {}) => [
      ...new Set(
        inspect({ method, options })
          .tensors.groups.filter(({ part }) => part === "adapter")
          .map(({ exported }) => exported),
      ),
    ];
    expect(fates("lora")).toEqual(["kept"]);
    expect(fates("lora", { start: "pissa" })).toEqual(["cut"]);
    expect(fates("miss")).toEqual(["kept"]);
    expect(fates("adalora")).toEqual(["cut"]);
    expect(fates("sk-prefix", { text: TEXT })).toEqual(["folded"]);
    expect(fates("prefix")).toEqual(["kept"]);
    expect(fates("prefix", { projection: 8 })).toEqual(["folded"]);
  });
});
