/**
 * What the card of a language model's download says of its prompts: of the very run, asked as it
 * was trained, with nothing of the rows.
 */

import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { formats } from "../../src/data/formats/registry";
import { readTable } from "../../src/data/table";
import { tokenizeExamples } from "../../src/data/tokens";
import type { ColumnRoles } from "../../src/data/types";
import { exportRun } from "../../src/folders/export";
import { mergedRun } from "../../src/folders/merged-model";
import { configurationSchema } from "../../src/plan/configuration";
import { writingFacts } from "../../src/worker/writing-facts";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { createComparison } from "./tiny-comparison";

const questions = ["What is my limit?", "Where is my card?", "Is the rate fair?", "May I open one?"];
const asked = "Name three colours.";
const turns = (question: string) => [
  { role: "user", content: question },
  { role: "assistant", content: "See the app." },
];

test.each<[string, ColumnRoles, object[], object, string]>([
  [
    "a prompt's template",
    { prompt: "### Instruction:\n{question}\n\n### Response:\n", response: "{answer}" },
    questions.map((question) => ({ question, answer: "See the app." })),
    { kind: "prompt", text: "### Instruction:\n{question}\n\n### Response:\n" },
    `### Instruction:\n${asked}\n\n### Response:\n`,
  ],
  [
    "a column alone",
    { prompt: "question", response: "answer" },
    questions.map((question) => ({ question, answer: "See the app." })),
    { kind: "prompt", text: "{question}" },
    asked,
  ],
  [
    "whole texts",
    { prompt: "", response: "{answer}" },
    questions.map((answer) => ({ answer })),
    { kind: "prompt", text: "" },
    asked,
  ],
  [
    "conversations of a model without a template",
    { messages: "messages" },
    questions.map((question) => ({ messages: turns(question) })),
    { kind: "headings" },
    `### User:\n${asked}\n\n### Assistant:\n`,
  ],
])("%s", { timeout: 120_000 }, async (_, columns, rows, template, prompt) => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const table = await readTable(new File([rows.map((row) => JSON.stringify(row)).join("\n")], "rows.jsonl"));
  const format = formats["causal-lm"];
  const { examples } = format.read(table, columns, null);
  const maxLength = 64;
  const tokens = await tokenizeExamples(examples, format.encode, model.tokenizer, { maxLength });
  const runs = [{ name: "lora", method: "lora", options: { rank: 2 }, learningRate: 0.01 }];
  const data = { task: "causal-lm", labels: [], train: tokens, validation: tokens.slice(0, 1), maxLength } as const;
  const { comparison } = createComparison(executor, model, {
    data: { ...data, validationTexts: [""] },
    runs,
    training: { steps: 2 },
  });
  await comparison.prepare();
  await comparison.train();
  const configuration = configurationSchema.parse({
    model: "bundled:tiny-base",
    data: { train: "rows.jsonl", task: "causal-lm", columns },
    training: {},
    runs: runs.map(({ name, method, options }) => ({ name, method, options })),
  });
  const tables = { train: table, validation: null, test: null };
  const run = comparison.run("lora");
  const facts = (await writingFacts(
    { executor, model },
    { comparison, configuration, tables, trainExamples: [examples] },
    run,
  ))!;
  expect(facts).toMatchObject({ template, system: null, example: { prompt } });
  const { endIds } = model.tokenizer;
  expect(facts.ends.map(({ id }) => id)).toEqual(endIds);
  expect(endIds.length).toBeGreaterThan(0);
  if (!("prompt" in facts.example)) throw new Error(facts.example.without);
  expect(facts.example.written.length).toBe(10);
  // The same as a person gets who lets the run write.
  const settings = { maxNewTokens: 10, temperature: 0, topK: 0, topP: 1, stop: [], seed: 0 };
  const said = await comparison.generate("lora", false, [Int32Array.from(facts.example.ids)], settings, {});
  expect(facts.example.written.map(({ id }) => id)).toEqual(said![0]!.ids);

  const told = { labels: [], steps: 2, file: "rows.jsonl", writing: facts };
  const { modelCard: adapter } = await exportRun(model, run, {
    ...{ labels: [], maxLength, pairs: false, versions: {}, metrics: null, steps: 2, droppedLeadingTokens: 0 },
    ...{ data: { file: "rows.jsonl", trainRows: 4, validationRows: 1 }, record: {}, writing: facts },
  });
  const { card: merged } = await mergedRun(model, run, told);
  for (const card of [adapter, merged]) {
    expect(card).toContain(`- as ids: ${facts.example.ids.join(", ")}\n`);
    // The sentence of the example, and no row's.
    for (const text of questions) expect(card).not.toContain(text);
  }
  await comparison.release();
  model.release();
});
