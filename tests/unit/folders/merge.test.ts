/**
 * Merged models against their adapters: the same Program without the method, on the tensors of the
 * merged file, gives the same logits. That the merged tensors are PEFT's is tested in
 * `merge-peft.test.ts`.
 */

import { unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { loadedSpecs } from "../../../src/base/read-model";
import { Random } from "../../../src/data/random";
import { mergeChanges, mergeObstacle } from "../../../src/folders/merge";
import { mergedTensors, writeMergedModel, zipMerged } from "../../../src/folders/merged-model";
import { readSafetensors } from "../../../src/hub/safetensors";
import { readTensor } from "../../../src/hub/safetensors-values";
import { bytesFile } from "../../../src/hub/sources";
import { type StoredType, streamSafetensors } from "../../../src/hub/stream-safetensors";
import { openWeights } from "../../../src/hub/weights";
import { RANKS } from "../../../src/methods/adalora/allocation";
import { approaches, methodOf } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { elementCount } from "../../../src/program/tensor";
import { initialValues } from "../../../src/runs/parameters";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { causalLm } from "../../../src/tasks/causal-lm";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { describeMethod } from "../../../src/worker/describe";
import { fixtureJson, fixtureModel } from "../../fixtures/reference";
import { evaluate } from "../interpreter/forward";

async function openModel(rig: string) {
  const json = await fixtureJson(`models/${rig}/config.json`);
  const family = familyOf(json);
  const config = family.readConfig(json);
  const stored = await openWeights(fixtureModel(rig), family.prefixes);
  const base = loadedSpecs({ family, config, poolings: family.poolings }).map(({ name, shape }) => ({
    name,
    entry: stored.get(name, shape),
  }));
  return { family, config, base };
}

type Model = Awaited<ReturnType<typeof openModel>>;
type Leaves = Map<string, ArrayLike<number>>;

async function weightsOf({ base }: Model): Promise<Leaves> {
  return new Map(await Promise.all(base.map(async ({ name, entry }) => [name, await readTensor(entry)] as const)));
}

function build({ family, config }: Model, method: string, options: unknown) {
  const context = { family, config, textIds: [], randomIds: () => [] };
  const pooling = family.poolings[0];
  return buildTunedProgram(
    { method: methodOf(method), options, context, task: sequenceClassification, classes: 3, pooling },
    2,
    5,
  );
}

function logitsOf(tuned: ReturnType<typeof build>, leaves: Leaves): Float64Array {
  const batch: Leaves = new Map(leaves)
    .set("input_ids", [5, 9, 20, 33, 1, 7, 80, 120, 200, 301])
    .set("lengths", [4, 5]);
  return evaluate(tuned.program, batch, [tuned.logits])(tuned.logits);
}

/** Values far from the start, so that every tensor counts. */
function trainedValues(tuned: ReturnType<typeof build>, weights: Leaves): Map<string, Float32Array> {
  return new Map(
    tuned.program.trainables.map((tensor) => {
      const source = new Random(7, tensor.name);
      const start =
        tensor.initializer.kind !== "tensor"
          ? initialValues(tensor, 5)
          : (weights.get(tensor.initializer.tensor.name) ?? new Float32Array(elementCount(tensor.shape)).fill(1));
      return [tensor.name, Float32Array.from(start, (value) => value + 0.2 * source.normal())];
    }),
  );
}

async function fileOf(tensors: ReturnType<typeof mergedTensors>, type: StoredType) {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  await streamSafetensors(tensors, type, (bytes) => void parts.push(bytes));
  return readSafetensors(bytesFile("model.safetensors", new Uint8Array(await new Blob(parts).arrayBuffer())));
}

const cases: [rig: string, method: string, options: object][] = [
  ["tiny-llama", "lora", { rank: 3, alpha: 6, targets: "all-linear" }],
  [
    "tiny-llama",
    "lora",
    { rank: 4, alpha: 8, rankStabilised: true, rankPattern: { k_proj: 2 }, alphaPattern: { v_proj: 3 } },
  ],
  ["tiny-gpt2", "lora", { rank: 3, alpha: 6, targets: "all-linear" }],
  ["tiny-bert", "lora", { rank: 3, alpha: 6 }],
  ["tiny-llama", "dora", { rank: 3, alpha: 6 }],
  ["tiny-gpt2", "dora", { rank: 3, alpha: 6 }],
  ["tiny-llama", "adalora", { initialRank: 3, targetRank: 2 }],
  ["tiny-llama", "dylora", { rank: 4 }],
  ["tiny-gpt2", "vera", { rank: 5 }],
  ["tiny-llama", "lora", { rank: 4, start: "pissa", rankStabilised: true, rankPattern: { v_proj: 2 } }],
  ["tiny-gpt2", "lora", { rank: 3, alpha: 6, start: "olora" }],
  ["tiny-llama", "miss", { rank: 7, targets: "all-linear" }],
  ["tiny-gpt2", "miss", { rank: 5 }],
  ["tiny-llama", "loha", { rank: 3 }],
  ["tiny-gpt2", "loha", { rank: 3 }],
  ["tiny-llama", "lokr", { rank: 8 }],
  ["tiny-llama", "lokr", { rank: 1, factor: 4, both: true, targets: ["q_proj", "down_proj"] }],
  ["tiny-gpt2", "lokr", { rank: 2 }],
  ["tiny-llama", "hira", { rank: 3, targets: "all-linear" }],
  ["tiny-gpt2", "hira", { rank: 3 }],
  ["tiny-llama", "gralora", { rank: 2, blocks: 4, targets: "all-linear" }],
  ["tiny-gpt2", "gralora", { rank: 1, blocks: 3 }],
  ["tiny-llama", "randlora", { rank: 5, targets: ["q_proj", "v_proj", "down_proj"] }],
  ["tiny-gpt2", "randlora", { rank: 7, saveProjection: false, targets: ["c_attn", "mlp.c_proj"] }],
  ["tiny-llama", "fourierft", { frequencies: 20, targets: "all-linear" }],
  ["tiny-gpt2", "fourierft", { frequencies: 20 }],
  ["tiny-llama", "c3a", { blockSize: 8, targets: "all-linear" }],
  ["tiny-gpt2", "c3a", { blockSize: 12 }],
  ["tiny-llama", "oft", { blockSize: 8, targets: "all-linear" }],
  ["tiny-gpt2", "oft", { blockSize: 6, terms: 2 }],
  ["tiny-llama", "delora", { rank: 3, targets: "all-linear" }],
  ["tiny-gpt2", "delora", { rank: 2 }],
  ["tiny-llama", "ia3", {}],
  ["tiny-gpt2", "ia3", {}],
  ["tiny-qwen2", "ia3", {}],
  ["tiny-llama", "road", {}],
  ["tiny-llama", "road", { variant: "road_2", groupSize: 12 }],
  ["tiny-gpt2", "road", { variant: "road_4", groupSize: 6, targets: ["c_attn", "mlp.c_proj"] }],
  ["tiny-qwen2", "road", { variant: "road_4", groupSize: 8 }],
  ["tiny-qwen2", "beft", { targets: ["q_proj", "v_proj"] }],
  ["tiny-gpt2", "beft", {}],
  ["tiny-bert", "beft", {}],
  ["tiny-qwen2", "bitfit", {}],
  ["tiny-bert", "bitfit", {}],
  ["tiny-gpt2", "ln-tuning", {}],
  ["tiny-llama", "last-layer", {}],
  ["tiny-llama", "half-fine-tuning", {}],
  ["tiny-gpt2", "full", {}],
  ["tiny-llama", "linear-probe", {}],
];

test.each(cases)("%s, %s %o: merged and not give the same logits", async (rig, id, options) => {
  const model = await openModel(rig);
  const weights = await weightsOf(model);
  const method = methodOf(id);
  const parsed = method.options(model).parse(options);
  const tuned = build(model, id, parsed);
  const values = trainedValues(tuned, weights);
  const controllerStates = new Map<string, Float32Array>();
  if (id === "adalora") {
    // One rank of the first module is pruned.
    const modules = [...values].filter(([name]) => name.endsWith("lora_E"));
    controllerStates.set(RANKS, new Float32Array(modules.length * 3).fill(1));
    controllerStates.get(RANKS)![1] = 0;
    modules[0]![1][1] = 0;
  }
  const rank = 4;
  const leaves: Leaves = new Map<string, ArrayLike<number>>([...weights, ...values, ...controllerStates]);
  for (const tensor of tuned.program.operations.flatMap(({ inputs }) => inputs)) {
    if (tensor.role === "controller" && !leaves.has(tensor.name)) {
      const source = new Random(9, tensor.name);
      const values = new Float32Array(elementCount(tensor.shape)).map(() => (id === "lora" ? source.normal() : 1));
      leaves.set(tensor.name, values);
      controllerStates.set(tensor.name, values);
    }
  }
  const own = logitsOf(tuned, leaves);

  const part = (wanted: string) =>
    tuned.program.held
      .filter((tensor) => tensor.part === wanted)
      .map(({ name, shape }) => ({ name, shape, data: (values.get(name) ?? controllerStates.get(name))! }));
  const state = { tensors: part("adapter"), controllerStates, setting: rank, steps: 10, model, conversion: null };
  const conversion = method.conversions?.some((form) => form.id === "lora") ? "lora" : null;
  const { form, tensors } = method.exported?.(parsed, { ...state, conversion }) ?? {
    form: method.exportForm(parsed, model),
    tensors: state.tensors,
  };
  const names = new Set(model.base.map(({ name }) => name));
  const changes = mergeChanges(method, form, tensors, { names, fanInFanOut: model.family.fanInFanOut });
  const { tensors: merged } = await fileOf(mergedTensors({ base: model.base, changes, head: part("head") }), "float32");
  const read: Leaves = new Map(
    await Promise.all([...merged].map(async ([name, entry]) => [name, await readTensor(entry)] as const)),
  );
  expect([...read.keys()].sort()).toEqual([...new Set([...names, ...part("head").map(({ name }) => name)])].sort());
  const probe = build(model, "linear-probe", {});
  const logits = logitsOf(probe, read);
  const size = Math.hypot(...own);
  expect(Math.hypot(...logits.map((value, index) => value - own[index]!)) / size).toBeLessThan(2e-6);
  if (id === "linear-probe") return;
  const base = logitsOf(probe, new Map([...weights, ...part("head").map(({ name, data }) => [name, data] as const)]));
  expect(Math.hypot(...base.map((value, index) => value - own[index]!)) / size).toBeGreaterThan(1e-2);
});

test.each([
  ["float16", 2 ** -11],
  ["bfloat16", 2 ** -8],
] as const)("values as %s are the nearest", async (type, relative) => {
  const data = Float32Array.from({ length: 500 }, (_, index) => new Random(3, `${index}`).normal());
  const stream = async (onPiece: (values: Float32Array) => void) => {
    onPiece(data.subarray(0, 123));
    onPiece(data.subarray(123));
  };
  const { tensors } = await fileOf([{ name: "a", shape: [50, 10], stream }], type);
  const read = await readTensor(tensors.get("a")!);
  expect(read).toHaveLength(500);
  read.forEach((value, index) => {
    expect(Math.abs(value - data[index]!)).toBeLessThanOrEqual(relative * Math.abs(data[index]!) + 2 ** -25);
  });
  const large = {
    name: "b",
    shape: [1],
    stream: async (give: (v: Float32Array) => void) => give(Float32Array.of(1e5)),
  };
  if (type === "float16") await expect(fileOf([large], type)).rejects.toThrow(/"b" holds 100000.*65504/);
  await expect(fileOf([{ ...large, shape: [2] }], "float32")).rejects.toThrow(/"b" of shape \[2\] came with 1/);
});

describe("a merged model", () => {
  test("is refused with the reason where the method is no change of weights", async () => {
    const model = await openModel("tiny-llama");
    const none = [
      "prefix",
      "cartridge",
      "prompt",
      "p-tuning",
      "sk-prefix",
      "sk-prompt",
      "adapter-houlsby",
      "adapter-parallel",
      "zero-shot",
      "mix-and-match",
      "dept",
      "ept",
    ];
    for (const method of approaches.filter(({ id }) => none.includes(id))) {
      const form = method.exportForm(method.options(model).parse({}), model);
      expect(mergeObstacle(method, form), method.id).toContain(method.title);
      const base = { names: new Set<string>(), fanInFanOut: false };
      expect(() => mergeChanges(method, form, [], base)).toThrow("Download the adapter instead.");
    }
  });

  test("of BEFT is refused by the tensor's name where a linear has no bias, as PEFT refuses it", async () => {
    const model = await openModel("tiny-llama");
    const method = methodOf("beft");
    const form = method.exportForm(method.options(model).parse({}), model);
    const tensor = { name: "layers.0.self_attn.v_proj.beft_bias", shape: [1, 24], data: new Float32Array(24).fill(1) };
    const base = { names: new Set(model.base.map(({ name }) => name)), fanInFanOut: false };
    expect(() => mergeChanges(method, form, [tensor], base)).toThrow(/"layers\.0\.self_attn\.v_proj\.beft_bias"/);
  });

  test("is offered by exactly the methods that have one", async () => {
    const model = await openModel("tiny-llama");
    const offering = approaches.filter((method) => {
      return describeMethod(method, model).conversions.some(({ id }) => id.startsWith("merged-"));
    });
    const merging = [
      "lora",
      "dora",
      "adalora",
      "dylora",
      "vera",
      "miss",
      "loha",
      "lokr",
      "hira",
      "gralora",
      "randlora",
      "fourierft",
      "c3a",
      "oft",
      "delora",
      "ia3",
      "road",
      "ln-tuning",
      "bitfit",
      "beft",
      "linear-probe",
    ];
    const dense = ["last-layer", "half-fine-tuning", "full"];
    expect(offering.map(({ id }) => id).sort()).toEqual([...merging, ...dense].sort());
  });

  test("names the labels and the class in config.json, and carries the tokenizer", async () => {
    const { family, base } = await openModel("tiny-llama");
    const files = new Map<string, Uint8Array[]>();
    let open: Uint8Array[] = [];
    const head = [{ name: "score.weight", shape: [2, 48], data: new Float32Array(96) }];
    const model = { family, base, head, task: sequenceClassification, labels: ["no", "yes"], card: "# card" };
    await writeMergedModel({ ...model, folder: fixtureModel("tiny-llama"), changes: new Map() }, "bfloat16", {
      begin(name) {
        open = [];
        files.set(name, open);
      },
      piece: (bytes) => void open.push(bytes),
      end: () => {},
    });
    expect([...files.keys()]).toEqual([
      "config.json",
      "README.md",
      "tokenizer.json",
      "tokenizer_config.json",
      "model.safetensors",
    ]);
    const blob = await zipMerged(
      { ...model, folder: fixtureModel("tiny-llama"), changes: new Map() },
      "bfloat16",
      "My run",
    );
    const zipped = unzipSync(new Uint8Array(await blob.arrayBuffer()));
    expect(Object.keys(zipped)).toEqual([...files.keys()].map((name) => `My run/${name}`));
    for (const [name, pieces] of files) {
      const bytes = new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
      expect(zipped[`My run/${name}`]).toEqual(bytes);
    }
    expect(JSON.parse(new TextDecoder().decode(files.get("config.json")![0]))).toMatchObject({
      architectures: ["LlamaForSequenceClassification"],
      torch_dtype: "bfloat16",
      id2label: { 0: "no", 1: "yes" },
      label2id: { no: 0, yes: 1 },
      problem_type: "single_label_classification",
      pad_token_id: 1,
      hidden_size: 48,
    });
  });

  test("that would be the base model once more is refused, and one changed value is enough", async () => {
    const { family, base } = await openModel("tiny-llama");
    const card = "# card";
    const model = { family, base, head: [], task: causalLm, labels: [], card, folder: fixtureModel("tiny-llama") };
    const last = base.findLast(({ name }) => name.endsWith("q_proj.weight"))!.name;
    const first = base.find(({ name }) => name.endsWith("q_proj.weight"))!.name;
    const nothing = [
      [first, (_: Float32Array) => {}],
      [last, (values: Float32Array) => void values.fill(values[5]!, 5, 6)],
    ] as const;
    await expect(zipMerged({ ...model, changes: new Map(nothing) }, "float32", "LoRA")).rejects.toThrow(
      'Merging "LoRA" changes no value of the base model',
    );
    const one = [nothing[0], [last, (values: Float32Array) => void values.fill(9, 5, 6)]] as const;
    expect((await zipMerged({ ...model, changes: new Map(one) }, "float32", "LoRA")).size).toBeGreaterThan(1000);
  });
});
