/**
 * Exported prompts and prefixes against the folders PEFT wrote, and what they predict after import.
 */

import { beforeAll, describe, expect, test } from "vitest";
import type { AdapterFolder } from "../../src/adapters/folder";
import { originOf } from "../../src/adapters/forms/registry";
import { ADAPTER_FILES, readAdapterFiles } from "../../src/adapters/read";
import { adapterFiles } from "../../src/adapters/write";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { exportRun } from "../../src/folders/export";
import { importedRun } from "../../src/folders/imported-run";
import { readSafetensors } from "../../src/hub/safetensors";
import { readTensor } from "../../src/hub/safetensors-values";
import { bytesFile } from "../../src/hub/sources";
import { methodOf } from "../../src/methods/registry";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import type { Values } from "../../src/runs/parameters";
import { parseOptions, resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { importedValues } from "../fixtures/imported-values";
import { fixtureFile, fixtureJson, fixtureModel, fixtureTensors } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { trainedParts } from "./trained-parts";

const facts = {
  labels: ["a", "b", "c", "d", "e"],
  maxLength: 64,
  pairs: false,
  data: { file: "rows.csv", trainRows: 16, validationRows: 0 },
  steps: 20,
  metrics: null,
  versions: {},
  droppedLeadingTokens: 0,
  record: {},
};

const text = { init: "text", virtualTokens: null };
const frozen = { virtualTokens: 6, frozenTokens: 2 };
/** Rig, fixture, method and its options, and the method that trains the exported tensor itself. */
const cases = [
  ["tiny-llama", "prompt", "prompt", { virtualTokens: 6 }, "prompt"],
  ["tiny-llama", "prompt-text", "prompt", text, "prompt"],
  ["tiny-llama", "prefix", "prefix", { virtualTokens: 6 }, "prefix"],
  ["tiny-llama", "prefix-text", "prefix", text, "prefix"],
  ["tiny-llama", "prefix-mlp", "prefix", { virtualTokens: 6, projection: 16 }, "prefix"],
  ["tiny-llama", "cartridge", "cartridge", frozen, "cartridge"],
  ["tiny-llama", "cartridge-text", "cartridge", { ...frozen, init: "text" }, "cartridge"],
  ["tiny-llama", "p-tuning", "p-tuning", { virtualTokens: 6, hidden: 24 }, "prompt"],
  ["tiny-qwen2", "prompt-text", "prompt", text, "prompt"],
  ["tiny-gpt2", "prompt-text", "prompt", text, "prompt"],
  ["tiny-gpt2", "prefix", "prefix", { virtualTokens: 6 }, "prefix"],
] as const;

let executor: Executor;
const models = new Map<string, BaseModel>();
beforeAll(async () => {
  executor = await testExecutor();
  return () => {
    for (const model of models.values()) model.release();
  };
});

async function modelOf(rig: string): Promise<BaseModel> {
  const model = models.get(rig) ?? (await BaseModel.load(executor, fixtureModel(rig)));
  models.set(rig, model);
  return model;
}

/** Of PEFT's newest versions, and with what it writes in any order sorted. */
const comparable = (config: { modules_to_save: string[] | null; peft_version: string }) => ({
  ...config,
  modules_to_save: config.modules_to_save?.toSorted() ?? null,
  peft_version: config.peft_version.replace(/\.\d+$/, ""),
});

/** Batch 0 of a case. */
function firstBatch(tensors: Awaited<ReturnType<typeof fixtureTensors>>) {
  const { data: inputIds, shape } = tensors.get("batch.0.input_ids")!;
  const [batchSize, bucket] = shape as [number, number];
  const mask = tensors.get("batch.0.attention_mask")!.data as Int32Array;
  const lengths = Int32Array.from({ length: batchSize }, (_, row) =>
    mask.slice(row * bucket, (row + 1) * bucket).reduce((sum, bit) => sum + bit, 0),
  );
  const labels = tensors.get("batch.0.labels")!.data as Int32Array;
  return { batchSize, bucket, inputIds: inputIds as Int32Array, lengths, channels: { labels } };
}

/** A run that starts from given values, for batch 0 of a case; `use` may predict with it. */
async function withRun<Result>(
  model: BaseModel,
  { method, options, initial }: { method: string; options: object; initial: Values },
  tensors: Awaited<ReturnType<typeof fixtureTensors>>,
  use: (run: Run, predict: () => Promise<Float32Array>) => Promise<Result>,
): Promise<Result> {
  const batch = firstBatch(tensors);
  const buffers = new Map([[batch.bucket, new BatchBuffers(executor, batch.batchSize, batch.bucket, "test")]]);
  const workspace = new Workspace(executor, "test");
  const plan = { name: "run", method, options: options as Record<string, unknown> };
  const run = new Run(
    executor,
    model,
    {
      name: "run",
      ...resolveMethod(model, plan, 0),
      learningRate: 1e-3,
      weightDecay: 0.01,
      gradClip: null,
      task: sequenceClassification,
      classes: facts.labels.length,
      pooling: "last",
      seed: 0,
      initial,
    },
    buffers,
    workspace,
  );
  const predict = async () => {
    workspace.allocate();
    await run.compile();
    buffers.get(batch.bucket)!.upload(batch);
    const step = run.step(batch.bucket);
    await step.forward();
    const bytes = await executor.read(step.logits, batch.batchSize * facts.labels.length * 4);
    return new Float32Array(bytes);
  };
  try {
    return await use(run, predict);
  } finally {
    await run.release();
    executor.memory.releaseOwner("test");
  }
}

describe.each(cases)("%s, %s", (rig, fixture, method, given, free) => {
  const path = `${rig}/${fixture}-sequence-classification`;
  let model: BaseModel;
  let tensors: Awaited<ReturnType<typeof fixtureTensors>>;
  let options: object;
  /** What was trained, and what the adapter holds besides. */
  let final: Map<string, Float32Array>;
  let exported: AdapterFolder;
  beforeAll(async () => {
    model = await modelOf(rig);
    tensors = await fixtureTensors(`cases/${path}.safetensors`);
    const described = await fixtureJson(`cases/${path}.json`);
    options = { ...given, ...(described.text && { text: described.text }) };
    final = new Map([
      ...trainedParts(tensors, "final", model.config),
      ...trainedParts(tensors, "frozen", model.config),
    ]);
    const start = { method, options, initial: final };
    exported = await withRun(model, start, tensors, (run) => exportRun(model, run, facts));
  });

  test("the exported folder is PEFT's, key by key", async () => {
    const files = adapterFiles(exported);
    const config = JSON.parse(new TextDecoder().decode(files["adapter_config.json"]));
    const theirs = await fixtureJson(`peft/${path}/adapter_config.json`);
    expect(comparable(config)).toEqual(comparable(theirs));
    const { tensors: own } = await readSafetensors(bytesFile("own", files["adapter_model.safetensors"]!));
    const expected = await fixtureTensors(`peft/${path}/adapter_model.safetensors`);
    expect([...own.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { data, shape }] of expected) {
      expect(own.get(name)!.shape).toEqual(shape);
      expect(largestDifference(await readTensor(own.get(name)!), data), name).toBeLessThan(1e-5);
    }
  });

  test("training can go on from the exported folder", async () => {
    const read = await readAdapterFiles(adapterFiles(exported));
    const plan = { name: "run", method, options: options as Record<string, unknown> };
    const origin = originOf(methodOf(method).exportForm(parseOptions(model, plan), model));
    expect(origin).toBe(method === free && !("projection" in given) ? "trained" : "encoder");
    const values = importedValues(read, model.config.layers, origin);
    expect([...values.keys()].sort()).toEqual([...final.keys()].sort());
    for (const [name, expected] of final) {
      expect(largestDifference(values.get(name)!, expected), name).toBeLessThan(1e-6);
    }
  });

  test("PEFT's folder, imported, predicts what PEFT predicts", async () => {
    const files: Record<string, Uint8Array> = {};
    for (const name of ADAPTER_FILES.filter((file) => /^adapter_/.test(file))) {
      const file = await fixtureFile(`peft/${path}/${name}`);
      files[name] = await file.read(0, file.size);
    }
    const adapter = await readAdapterFiles(files);
    const initial = importedValues(adapter, model.config.layers, "trained");
    const virtualTokens = adapter.tensors.find(({ name }) => name === "prompt_embeddings")!.shape[0];
    const read = importedRun(adapter, "again").run;
    expect(read).toMatchObject({ method: free, options: { virtualTokens } });
    const logits = await withRun(model, { ...read, initial }, tensors, (_, predict) => predict());
    const peft = await fixtureTensors(`peft/${path}/logits.safetensors`);
    expect(largestDifference(logits, peft.get("logits.rows")!.data)).toBeLessThan(1e-4);
  });
});

/** Fixture, method and options, the form it takes, and the method that predicts with the folder. */
const others = [
  ["p-tuning-lstm", "p-tuning", { virtualTokens: 4, encoder: "lstm", hidden: 8 }, "P_TUNING", "prompt"],
  ["p-tuning-template", "p-tuning", { template: "{p:3} {text} {p:2}", hidden: 24 }, "STUDIO", "p-tuning"],
  ["ept", "ept", { virtualTokens: 3, positions: 40, rank: 2, alpha: 3, fusion: 4, spaceRank: 2 }, "STUDIO", "ept"],
  ["cpt", "cpt", {}, "PROMPT_TUNING", "prompt"],
  ["unified-added", "unified", { form: "attention", modifies: "attention", width: 5, scale: 2 }, "STUDIO", "unified"],
] as const;

describe.each(others)("%s", (fixture, method, given, form, free) => {
  test("exported, read back and imported it predicts the same", async () => {
    const model = await modelOf("tiny-llama");
    const path = `cases/tiny-llama/${fixture}-sequence-classification`;
    const tensors = await fixtureTensors(`${path}.safetensors`);
    const described = await fixtureJson(`${path}.json`);
    const initial = trainedParts(tensors, "final", model.config);
    const options = { ...given, ...(described.text && { text: described.text }) };
    const folder = await withRun(model, { method, options, initial }, tensors, (run) => exportRun(model, run, facts));
    const read = await readAdapterFiles(adapterFiles(folder));
    expect(read.config.peft_type).toBe(form);
    const plan = {
      method: free,
      options: free === method ? options : { virtualTokens: described.virtualTokens },
      initial: importedValues(read, model.config.layers, "trained"),
    };
    const logits = await withRun(model, plan, tensors, (_, predict) => predict());
    expect(largestDifference(logits, tensors.get("logits.final")!.data)).toBeLessThan(1e-4);
    if (form === "STUDIO") expect(read.modelCard).toContain("PEFT cannot load this folder");
    else expect(read.skTensors!.map(({ name }) => name).sort()).toEqual(adapterNames(initial));
  });
});

const adapterNames = (values: Values) => [...values.keys()].filter((name) => !name.startsWith("score.")).sort();

describe("SK-Prefix as the authors' code trains it", () => {
  test.each([
    ["sk-reference-code", {}],
    ["sk-reference-code-shared", { shared: true }],
    // Nothing is dropped from what is exported.
    ["sk-reference-code-shared", { shared: true, dropout: 0.3 }],
  ])("%s: folded into a prefix it predicts the same, with %o", async (fixture, given) => {
    const model = await modelOf("tiny-llama");
    const path = `cases/tiny-llama/${fixture}-sequence-classification`;
    const tensors = await fixtureTensors(`${path}.safetensors`);
    const described = await fixtureJson(`${path}.json`);
    const initial = trainedParts(tensors, "final", model.config);
    const options = { ...given, preset: "reference-code", text: described.text };
    const exported = await withRun(model, { method: "sk-prefix", options, initial }, tensors, (run) =>
      exportRun(model, run, facts),
    );
    expect(exported.config).toMatchObject({ peft_type: "PREFIX_TUNING", num_virtual_tokens: described.virtualTokens });
    const beside = exported.skTensors!.map(({ name }) => name);
    expect(beside.sort()).toEqual([...initial.keys()].filter((name) => !name.startsWith("score.")).sort());
    const free = {
      method: "prefix",
      options: { virtualTokens: described.virtualTokens },
      initial: importedValues(exported, model.config.layers, "trained"),
    };
    const logits = await withRun(model, free, tensors, (_, predict) => predict());
    expect(largestDifference(logits, tensors.get("logits.final")!.data)).toBeLessThan(1e-4);
  });

  test("a control is exported with the words that stood in for the text", async () => {
    const model = await modelOf("tiny-llama");
    const tensors = await fixtureTensors("cases/tiny-llama/sk-prefix-sequence-classification.safetensors");
    const initial = new Map();
    const folder = (control: string) =>
      withRun(
        model,
        { method: "sk-prefix", options: { text: "Classify the text", control }, initial },
        tensors,
        (run) => exportRun(model, run, facts),
      );
    const [plain, controlled] = [await folder("none"), await folder("irrelevant-text")];
    expect(plain.modelCard).toContain("Text: `Classify the text`");
    expect(controlled.modelCard).not.toContain("Classify the text");
    expect(controlled.modelCard).toMatch(/Text: `The old/);
    const prefix = ({ tensors }: AdapterFolder) => tensors.find(({ name }) => name === "prompt_embeddings")!;
    expect(prefix(controlled).shape).toEqual(prefix(plain).shape);
    expect(largestDifference(prefix(controlled).data, prefix(plain).data)).toBeGreaterThan(0.1);
  });

  test("without what was folded, training cannot go on and the message says so", async () => {
    const folder = { config: { peft_type: "PREFIX_TUNING" }, tensors: [], modelCard: "", run: null } as never;
    expect(() => importedValues(folder, 2, "folded")).toThrow(/no sk_adapter\.safetensors, so the training of what/);
  });
});
