/**
 * Pairs of texts on an encoder against transformers: the second text's tokens are of type 1, a
 * prompt's of type 0.
 */

import { expect, test } from "vitest";
import { createBatchArrays, fillBatch } from "../../../src/data/batches";
import { rowLabels, tokenTypes } from "../../../src/data/channels";
import { encodeText } from "../../../src/data/tokens";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { fixtureModel, fixtureTensors } from "../../fixtures/reference";
import { memoryFolder } from "../hub/memory-folder";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";
import { tinyModel, tinySetup } from "../interpreter/tiny-model";

const PAIRS = [
  ["My card is gone", "It was stolen"],
  ["Why?", "How old must I be to pay"],
  ["Top up by bank", "No"],
] as const;

async function batchOf() {
  const tensors = await fixtureTensors("cases/tiny-bert/pairs.safetensors");
  const tokenizer = await openTokenizer(fixtureModel("tiny-bert"));
  const rows = PAIRS.map(([text, textPair], row) => encodeText({ text, textPair, label: 0, row }, tokenizer, 64));
  const [size, tokens] = tensors.get("input_ids")!.shape as [number, number];
  const arrays = createBatchArrays(size, tokens, [rowLabels, tokenTypes]);
  fillBatch(rows, { rows: [0, 1, 2], bucket: tokens }, 1, arrays);
  return { tensors, arrays, size, tokens, rows };
}

test("a batch says which text of a pair a token is of, cut rows and all", async () => {
  const { tensors, arrays } = await batchOf();
  expect(arrays.inputIds).toEqual(tensors.get("input_ids")!.data);
  expect(arrays.channels.types).toEqual(tensors.get("token_type_ids")!.data);
  const tokenizer = await openTokenizer(fixtureModel("tiny-bert"));
  const cut = encodeText({ text: PAIRS[1][1], textPair: PAIRS[1][0], label: 0, row: 0 }, tokenizer, 6);
  expect([...(cut.types ?? [])]).toEqual([0, 0, 0, 0, 0, 1]);
  const single = encodeText({ text: PAIRS[0][0], textPair: null, label: 0, row: 0 }, tokenizer, 64);
  expect(single.types).toBeUndefined();
});

test("a tokenizer whose model is given no types gives none", async () => {
  const folder = fixtureModel("tiny-bert");
  const text = async (name: string) => {
    const file = await folder.open(name);
    return JSON.parse(new TextDecoder().decode(await file!.read(0, file!.size)));
  };
  const json = await text("tokenizer.json");
  const settings = { model_input_names: ["input_ids", "attention_mask"] };
  const tokenizer = await openTokenizer(memoryFolder({ "tokenizer.json": json, "tokenizer_config.json": settings }));
  expect(tokenizer.encodePair("a", "b").types).toBeNull();
});

test.each([
  ["linear-probe", {}, "logits"],
  ["prompt", { virtualTokens: 4 }, "prompted"],
] as const)("%s: logits are transformers'", async (method, options, expected) => {
  const { tensors, arrays, size, tokens } = await batchOf();
  const model = await tinyModel("tiny-bert");
  const setup = {
    ...tinySetup(model, { name: method, method, options }, [], 3),
    pooling: "first",
    inputs: [tokenTypes],
  } as const;
  const tuned = buildTunedProgram(setup, size, tokens);
  const leaves = new Map<string, ArrayLike<number>>([
    ...model.weights,
    ...[...model.weights].map(([name, data]) => [`bert.${name}`, data] as const),
    ["input_ids", arrays.inputIds],
    ["lengths", arrays.lengths],
    ["types", arrays.channels.types!],
    ["classifier.weight", tensors.get("classifier.weight")!.data],
    ["classifier.bias", tensors.get("classifier.bias")!.data],
    ["prompt_embeddings", tensors.get("prompt")!.data],
  ]);
  const logits = evaluate(tuned.program, leaves, [tuned.logits])(tuned.logits);
  const difference = (name: string) =>
    Math.max(...logits.map((value, index) => Math.abs(value - tensors.get(name)!.data[index]!)));
  expect(difference(expected)).toBeLessThan(1e-5);
  expect(difference("untyped")).toBeGreaterThan(1e-3);
});

test("full fine-tuning gives the table of types transformers' gradient", async () => {
  const { tensors, arrays, size, tokens } = await batchOf();
  const model = await tinyModel("tiny-bert");
  const setup = {
    ...tinySetup(model, { name: "full", method: "full", options: {} }, [], 3),
    pooling: "first",
    inputs: [tokenTypes],
  } as const;
  const tuned = buildTunedProgram(setup, size, tokens);
  const leaves = new Map<string, ArrayLike<number>>([
    ...model.weights,
    ...[...model.weights].map(([name, data]) => [`bert.${name}`, data] as const),
    ["input_ids", arrays.inputIds],
    ["lengths", arrays.lengths],
    ["types", arrays.channels.types!],
    ["classifier.weight", tensors.get("classifier.weight")!.data],
    ["classifier.bias", tensors.get("classifier.bias")!.data],
  ]);
  const value = evaluate(tuned.program, leaves, [tuned.logits]);
  const gradients = runBackward(tuned.backward, value, Float64Array.from(tensors.get("seed")!.data));
  const own = gradients.get("bert.embeddings.token_type_embeddings.weight")!;
  const expected = tensors.get("gradient.types")!.data;
  expect(Math.max(...own.map((x, i) => Math.abs(x - expected[i]!)))).toBeLessThan(1e-5);
  expect(Math.max(...own.map(Math.abs))).toBeGreaterThan(1e-2);
});
