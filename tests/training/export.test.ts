/**
 * Exported LoRAs, folded SK runs and controls against the folders PEFT wrote for the same tensors,
 * and what comes back when they are read again. Prompts and prefixes: `export-prompts.test.ts`.
 */

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { AdapterFolder } from "../../src/adapters/folder";
import { originOf } from "../../src/adapters/forms/registry";
import { readAdapterFiles } from "../../src/adapters/read";
import { adapterFiles } from "../../src/adapters/write";
import { BaseModel } from "../../src/base/base-model";
import type { TokenizedExample } from "../../src/data/tokens";
import type { Executor } from "../../src/executors/executor";
import { exportRun } from "../../src/folders/export";
import { readSafetensors } from "../../src/hub/safetensors";
import { readTensor } from "../../src/hub/safetensors-values";
import { bytesFile } from "../../src/hub/sources";
import { methodOf } from "../../src/methods/registry";
import type { Values } from "../../src/runs/parameters";
import { importedValues } from "../fixtures/imported-values";
import { type FixtureTensor, fixtureFile, fixtureJson, fixtureModel, fixtureTensors } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { logitsOf, OpenComparisons, type TinyComparison, type TinySetup, tinyData } from "./tiny-comparison";
import { trainedParts } from "./trained-parts";

/** Rows of the reference are padded to 24 tokens here, whatever their longest is. */
const bucket = 24;
const rigs = ["tiny-llama", "tiny-qwen2", "tiny-gpt2"] as const;

/**
 * Per case of the reference that PEFT wrote a folder for: the method and options that train the
 * same tensors.
 */
const everywhere = {
  lora: { method: "lora", options: { rank: 4, alpha: 8 } },
  "sk-prefix": { method: "sk-prefix", options: {} },
  "sk-prompt": { method: "sk-prompt", options: { rank: 8 } },
};
/** Weight deltas that PEFT wrote a folder for. */
const deltas = {
  dora: { method: "dora", options: { rank: 4, alpha: 8 } },
  ia3: { method: "ia3", options: {} },
  "ln-tuning": { method: "ln-tuning", options: {} },
};
/** As PEFT has trained biases: beside a LoRA that adds nothing. */
const biases = { bitfit: { method: "bitfit", options: {} } };
/** What has to come back, beside what is tried everywhere. */
const further: Record<(typeof rigs)[number], Record<string, { method: string; options: object }>> = {
  "tiny-llama": {
    ...deltas,
    "adapter-houlsby": { method: "adapter-houlsby", options: { bottleneck: 8 } },
    "adapter-pfeiffer": { method: "adapter-pfeiffer", options: { bottleneck: 8, residual: false } },
    "adapter-parallel-residual": { method: "adapter-parallel", options: { bottleneck: 8 } },
  },
  "tiny-qwen2": biases,
  "tiny-gpt2": biases,
};
const cases: Record<(typeof rigs)[number], Record<string, { method: string; options: object }>> = {
  "tiny-llama": {
    ...everywhere,
    ...deltas,
    "lora-all": { method: "lora", options: { rank: 2, alpha: 4, targets: "all-linear" } },
    rslora: { method: "lora", options: { rank: 4, alpha: 8, rankStabilised: true } },
    "sk-prefix-shared": { method: "sk-prefix", options: { shared: true } },
    "sk-prefix-lowrank": { method: "sk-prefix", options: { map: "lowRank", rank: 4 } },
    "sk-prefix-diagonal": { method: "sk-prefix", options: { map: "diagonal" } },
    "sk-prompt-dense": { method: "sk-prompt", options: { map: "dense" } },
  },
  "tiny-qwen2": { ...everywhere, ...biases, prefix: { method: "prefix", options: { virtualTokens: 6 } } },
  "tiny-gpt2": { ...everywhere, ...biases },
};

interface Case {
  readonly plan: { name: string; method: string; options: Record<string, unknown> };
  readonly final: Values;
  readonly logits: FixtureTensor;
  readonly rows: TokenizedExample[];
}

/** A case of the reference as a run that starts where PyTorch ended after 20 updates. */
async function readCase(model: BaseModel, rig: string, name: string, method: string, options: object): Promise<Case> {
  const path = `cases/${rig}/${name}-sequence-classification`;
  const { text } = await fixtureJson(`${path}.json`);
  const tensors = await fixtureTensors(`${path}.safetensors`);
  const worded = methodOf(method).text({ ...options, text }) !== null;
  const ids = tensors.get("batch.0.input_ids")!;
  const mask = tensors.get("batch.0.attention_mask")!;
  const [size, length] = ids.shape as [number, number];
  const rows = Array.from({ length: size }, (_, row) => {
    const own = (data: FixtureTensor["data"]) => [...data.slice(row * length, (row + 1) * length)];
    const real = own(ids.data).filter((_, index) => own(mask.data)[index] === 1);
    const labels = Int32Array.of(tensors.get("batch.0.labels")!.data[row]!);
    return { ids: Int32Array.from(real), labels, row, fullLength: real.length, truncated: false };
  });
  return {
    plan: { name, method, options: { ...options, ...(worded && { text }) } },
    final: trainedParts(tensors, "final", model.config),
    logits: tensors.get("logits.final")!,
    rows,
  };
}

/** The tensors of a safetensors file that the studio wrote, as a PEFT file is read. */
async function written(files: Record<string, Uint8Array>, name: string): Promise<Map<string, FixtureTensor>> {
  const { tensors } = await readSafetensors(bytesFile(name, files[name]!));
  const read = new Map<string, FixtureTensor>();
  for (const entry of tensors.values()) {
    read.set(entry.name, { name: entry.name, shape: entry.shape, data: await readTensor(entry) });
  }
  return read;
}

function expectSameTensors(computed: Map<string, FixtureTensor>, expected: Map<string, FixtureTensor>): void {
  expect([...computed.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { shape, data }] of expected) {
    expect(computed.get(name)!.shape, name).toEqual(shape);
    expect(largestDifference(computed.get(name)!.data, data), name).toBeLessThan(1e-5);
  }
}

let executor: Executor;
const open = new OpenComparisons();

function create(model: BaseModel, setup: TinySetup): TinyComparison {
  return open.create(executor, model, { training: { batchSize: 4 }, ...setup });
}

function exported(model: BaseModel, { comparison }: TinyComparison, run: string): Promise<AdapterFolder> {
  return exportRun(model, comparison.run(run), {
    labels: ["age_limit", "atm_support", "exchange_rate", "getting_spare_card", "lost_or_stolen_card"],
    data: { file: "data.json", trainRows: 4, validationRows: 4 },
    steps: 0,
    metrics: null,
    versions: {},
    maxLength: bucket,
    pairs: false,
    droppedLeadingTokens: comparison.dropsLeadingToken(run) ? 1 : 0,
    record: { run },
  });
}

/** Through the files, as a person would carry it. */
async function reread(folder: AdapterFolder): Promise<AdapterFolder> {
  return readAdapterFiles(adapterFiles(folder));
}

function valuesOf(folder: AdapterFolder, model: BaseModel, { method, options }: Case["plan"]): Values {
  const parsed = methodOf(method).options(model).parse(options);
  return importedValues(folder, model.config.layers, originOf(methodOf(method).exportForm(parsed, model)));
}

beforeAll(async () => {
  executor = await testExecutor();
});

afterEach(async () => {
  await open.release();
});

describe.each(rigs)("%s", (rig) => {
  let model: BaseModel;
  beforeAll(async () => {
    model = await BaseModel.load(executor, fixtureModel(rig));
    return () => model.release();
  });

  test.each(Object.entries(cases[rig]))("%s is the folder PEFT writes", async (name, { method, options }) => {
    const { plan, final, rows } = await readCase(model, rig, name, method, options);
    const tiny = create(model, { data: tinyData(rows, rows, bucket), runs: [{ ...plan, initial: final }] });
    const files = adapterFiles(await exported(model, tiny, name));
    const peft = `peft/${rig}/${name}-sequence-classification`;
    expectSameTensors(
      await written(files, "adapter_model.safetensors"),
      await fixtureTensors(`${peft}/adapter_model.safetensors`),
    );
    const config = JSON.parse(new TextDecoder().decode(files["adapter_config.json"]));
    const expected = await fixtureJson(`${peft}/adapter_config.json`);
    // Names that stand for the same modules: PEFT got the paths of all linear layers, the studio
    // writes their last parts.
    if (name === "lora-all") {
      const last = (paths: string[]) => [...new Set(paths.map((path) => path.split(".").at(-1)))].sort();
      expected.target_modules = last(expected.target_modules);
    }
    expect(config).toEqual(expected);
    expect(config.base_model_name_or_path).toBe(rig);
    if (!name.startsWith("sk-")) return;
    expectSameTensors(
      await written(files, "sk_adapter.safetensors"),
      await fixtureTensors(`${peft}/sk_adapter.safetensors`),
    );
  });

  const read = Object.entries({ ...everywhere, ...further[rig] });
  test("read again, each predicts what PyTorch's trained model does", async () => {
    const found = await Promise.all(
      read.map(([name, { method, options }]) => readCase(model, rig, name, method, options)),
    );
    // The text comes before the input: where it begins with the beginning of sequence, the
    // studio takes that off the input. The reference left it in, so those runs get it twice.
    for (const doubled of [false, true]) {
      const some = found.filter(({ plan }) => plan.method.startsWith("sk-") === doubled);
      const { bosId } = model.tokenizer;
      const rows = some[0]!.rows.map((row) => {
        const begins = doubled && row.ids[0] === bosId;
        return begins ? { ...row, ids: Int32Array.from([row.ids[0]!, ...row.ids]) } : row;
      });
      const data = tinyData(rows, rows, bucket);
      const before = create(model, { data, runs: some.map(({ plan, final }) => ({ ...plan, initial: final })) });
      const runs = [];
      for (const { plan } of some) {
        const folder = await reread(await exported(model, before, plan.name));
        runs.push({ ...plan, initial: valuesOf(folder, model, plan) });
      }
      const after = create(model, { data, runs });
      await after.comparison.prepare();
      await after.comparison.evaluate();
      for (const { plan, logits, final } of some) {
        expect(new Map(runs.find(({ name }) => name === plan.name)!.initial)).toEqual(final);
        const computed = await logitsOf(executor, after, plan.name, bucket, rows);
        expect(largestDifference(computed, logits.data), plan.name).toBeLessThan(1e-4);
      }
    }
  });
});

describe("what PEFT can load", () => {
  let model: BaseModel;
  beforeAll(async () => {
    model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
    return () => model.release();
  });

  test("an expression becomes the paths of the linears it fits, since it may fit what PEFT cannot adapt", async () => {
    const { rows } = await readCase(model, "tiny-llama", "linear-probe", "linear-probe", {});
    const plan = { name: "lora", method: "lora", options: { pattern: ".*\\.1\\.mlp\\..*" } };
    const tiny = create(model, { data: tinyData(rows, rows, bucket), runs: [plan] });
    const { config } = await reread(await exported(model, tiny, plan.name));
    const names = ["down_proj", "gate_proj", "up_proj"];
    expect(config.target_modules).toEqual(names.map((name) => `model.layers.1.mlp.${name}`));
  });

  test("head only is a LoRA that adds nothing", async () => {
    const { plan, final, rows } = await readCase(model, "tiny-llama", "linear-probe", "linear-probe", {});
    const data = tinyData(rows, rows, bucket);
    const tiny = create(model, { data, runs: [{ ...plan, initial: final }] });
    const folder = await reread(await exported(model, tiny, plan.name));
    expect(folder.config).toMatchObject({ peft_type: "LORA", r: 1, lora_alpha: 1, target_modules: ["q_proj"] });
    expect(folder.skTensors).toBeUndefined();
    const shapes = Object.fromEntries(folder.tensors.map(({ name, shape }) => [name, shape]));
    const path = (layer: number) => `model.layers.${layer}.self_attn.q_proj`;
    expect(shapes).toEqual({
      [`${path(0)}.lora_A.weight`]: [1, 48],
      [`${path(0)}.lora_B.weight`]: [48, 1],
      [`${path(1)}.lora_A.weight`]: [1, 48],
      [`${path(1)}.lora_B.weight`]: [48, 1],
      "score.weight": [5, 48],
    });
    for (const { name, data: values } of folder.tensors) {
      if (name === "score.weight") expect(values).toEqual(final.get(name));
      else
        expect(
          values.every((value) => value === 0),
          name,
        ).toBe(true);
    }
    // As the LoRA that it is, it predicts what the head predicts.
    const lora = { name: "as lora", method: "lora", options: { rank: 1, alpha: 1, targets: ["q_proj"] } };
    const after = create(model, {
      data,
      runs: [
        { ...plan, initial: valuesOf(folder, model, plan) },
        { ...lora, initial: valuesOf(folder, model, lora) },
      ],
    });
    await after.comparison.prepare();
    await after.comparison.evaluate();
    const alone = await logitsOf(executor, after, plan.name, bucket, rows);
    expect(largestDifference(await logitsOf(executor, after, lora.name, bucket, rows), alone)).toBeLessThan(1e-5);
  });

  test("hard text is a prompt of its words' embeddings", async () => {
    const { plan, final, rows } = await readCase(model, "tiny-llama", "hard-text", "hard-text", {});
    const data = tinyData(rows, rows, bucket);
    const tiny = create(model, { data, runs: [{ ...plan, initial: final }] });
    const folder = await reread(await exported(model, tiny, plan.name));
    const ids = tiny.comparison.run(plan.name).context.textIds;
    expect(folder.config).toMatchObject({ peft_type: "PROMPT_TUNING", num_virtual_tokens: ids.length, token_dim: 48 });
    const weights = await readSafetensors(await fixtureFile("models/tiny-llama/model.safetensors"));
    const embeddings = await readTensor(weights.tensors.get("model.embed_tokens.weight")!);
    const words = ids.flatMap((id) => [...embeddings.slice(id * 48, (id + 1) * 48)]);
    const prompt = folder.tensors.find(({ name }) => name === "prompt_embeddings")!;
    expect(prompt.shape).toEqual([ids.length, 48]);
    expect(largestDifference(prompt.data, words)).toBeLessThan(1e-5);
    expect(folder.tensors.find(({ name }) => name === "score.weight")!.data).toEqual(final.get("score.weight"));
  });
});
