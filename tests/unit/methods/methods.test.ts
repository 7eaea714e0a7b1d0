import { readdir } from "node:fs/promises";
import { describe, expect, test, vi } from "vitest";
import * as z from "zod";
import type { ModelFacts } from "../../../src/methods/method";
import { type AnyApproach, approaches, approachOf, methodOf, methods } from "../../../src/methods/registry";
import { linearShapes } from "../../../src/methods/targets";
import type { ModelConfig } from "../../../src/models/family";
import { families, familyOf } from "../../../src/models/registry";
import { plainRotary } from "../../../src/models/rotary";
import { Program } from "../../../src/program/program";
import { parseOptions } from "../../../src/runs/resolve";
import { countPart } from "../../../src/runs/trainable-count";
import { buildTunedProgram, type Pooling } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson } from "../../fixtures/reference";

const factsOf = async (rig: string): Promise<ModelFacts> => {
  const json = await fixtureJson(`models/${rig}/config.json`);
  const family = familyOf(json);
  return { family, config: family.readConfig(json) };
};

interface Count {
  facts: ModelFacts;
  options: object;
  classes: number;
  pooling: Pooling;
  textTokens: number;
}

/** Sums over the tensors that a method declares in a Program. */
function count(method: AnyApproach, { facts, options, classes, pooling, textTokens }: Count) {
  const parsed = method.options(facts).parse(options);
  const ids = (count: number) => Array.from({ length: count }, (_, id) => id);
  const context = { ...facts, textIds: ids(textTokens), randomIds: ids };
  const { program } = buildTunedProgram(
    { method, options: parsed, context, task: sequenceClassification, classes, pooling },
    1,
    2,
  );
  const [adapter, head] = [countPart(program.trainables, "adapter"), countPart(program.trainables, "head")];
  return { adapter, head, total: adapter + head };
}

describe("the registry", () => {
  test("finds one approach in every folder of src/methods, and nothing else is needed for it to be offered", async () => {
    const folders = (await readdir("src/methods", { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const found = folders.map(async ({ name }) => {
      const file = await import(`../../../src/methods/${name}/${name}.ts`);
      return Object.values(file).filter((value) => approaches.includes(value as AnyApproach));
    });
    const own = await Promise.all(found);
    expect(own.map(({ length }) => length)).toEqual(folders.map(() => 1));
    expect(new Set(own.flat())).toEqual(new Set(approaches));
  });

  test("ids are unique and found", () => {
    expect(new Set(approaches.map(({ id }) => id)).size).toBe(approaches.length);
    for (const approach of approaches) expect(approachOf(approach.id)).toBe(approach);
    expect(approaches.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["sk-prefix", "lora", "linear-probe", "hard-text"]),
    );
  });

  test("an unknown id is named beside those there are", () => {
    const named = `no method "lorra"; did you mean lora? Methods: ${approaches.map(({ id }) => id).join(", ")}.`;
    expect(() => approachOf("lorra")).toThrow(named);
    expect(() => methodOf("lorra")).toThrow(named);
  });

  test("methods train; an answerer is no method", () => {
    expect(approaches.filter((approach) => !approach.trains).map(({ id }) => id)).toEqual([
      "fitted-head",
      "zero-shot",
      "nearest-neighbours",
      "bag-of-words",
      "majority",
    ]);
    for (const method of methods) expect(methodOf(method.id)).toBe(method);
    expect(() => methodOf("zero-shot")).toThrow("Zero-shot prompt trains nothing: it is no tuning method.");
  });
});

describe.each(approaches)("$id", (method) => {
  test.each(["tiny-qwen2", "tiny-gpt2"])(
    "its form for %s: every option has a title, a description and a default",
    async (rig) => {
      const facts = await factsOf(rig);
      const schema = z.toJSONSchema(method.options(facts), { io: "output" }) as {
        properties?: Record<string, { title?: string; description?: string; default?: unknown }>;
        additionalProperties?: unknown;
      };
      const defaults = method.options(facts).parse({}) as Record<string, unknown>;
      expect(Object.keys(schema.properties ?? {}).sort()).toEqual(Object.keys(defaults).sort());
      expect(schema.additionalProperties).toBe(false);
      for (const [key, property] of Object.entries(schema.properties ?? {})) {
        expect(property.title, `title of ${key}`).toMatch(/^[A-Z]/);
        expect(property.description, `description of ${key}`).toMatch(/^\S.*\.$/);
        expect(property.default, `default of ${key}`).toEqual(defaults[key]);
      }
      // What a form writes into a configuration is read back as it is.
      expect(method.options(facts).parse(JSON.parse(JSON.stringify(defaults)))).toEqual(defaults);
    },
  );

  test("an unknown option is named, with the run and the method", async () => {
    const facts = await factsOf("tiny-qwen2");
    const plan = { name: "first", method: method.id, options: { colour: "red" } };
    expect(() => parseOptions(facts, plan)).toThrow(/Run "first" \(.*\): .*"colour"/);
    expect(() => parseOptions(facts, plan)).toThrow(`(${method.id})`);
    expect(parseOptions(facts, { ...plan, options: {} })).toEqual(method.options(facts).parse({}));
  });

  test("its card says everything, and its rates are usable", () => {
    const { trains, attaches, costs, fails, paper } = method.card;
    for (const sentence of [trains, attaches, costs, fails]) expect(sentence).toMatch(/^\S.*\.$/);
    if (paper)
      expect(paper.url).toMatch(/^https:\/\/(?:arxiv\.org\/abs\/\d{4}\.\d{5}|openreview\.net\/forum\?id=\w+)$/);
    if (!method.trains) {
      expect(method).not.toHaveProperty("learningRate");
      expect(method).not.toHaveProperty("weightDecay");
      return;
    }
    expect(method.learningRate).toBeGreaterThan(0);
    // Weight decay is the training's, alike for all methods.
    expect(method).not.toHaveProperty("weightDecay");
  });

  test("says whether it trains the head alone", async () => {
    if (!method.trains) return;
    const facts = await factsOf("tiny-qwen2");
    const { adapter } = count(method, { facts, options: {}, classes: 3, pooling: "last", textTokens: 4 });
    expect(adapter === 0).toBe(method.headOnly === true);
  });

  test("an exported form exists for its defaults", async () => {
    const facts = await factsOf("tiny-qwen2");
    const { type } = method.exportForm(method.options(facts).parse({}), facts);
    expect(type).toMatch(/^[A-Z][A-Z0-9_]+$/);
  });
});

test("the Program that shows a model's linears is built once for each model", async () => {
  const { family, config } = await factsOf("tiny-llama");
  const build = vi.fn(family.build);
  const facts = { family: { ...family, build }, config };
  const [first, again] = [linearShapes(facts), linearShapes(facts)];
  expect(again).toBe(first);
  expect(build).toHaveBeenCalledTimes(1);
  const deeper = linearShapes({ ...facts, config: { ...config, layers: config.layers + 1 } });
  expect(deeper.length / (config.layers + 1)).toBe(first.length / config.layers);
  expect(build).toHaveBeenCalledTimes(2);
});

describe("options' refusals", () => {
  test.each([
    ["lora", { rank: 0 }, /rank/],
    ["lora", { rank: 2.5 }, /rank/],
    ["lora", { targets: ["q_proj", "z_proj"] }, /targets/],
    ["lora", { targets: [] }, /targets/],
    [
      "lora",
      { targets: ["q_proj", "c_attn"] },
      /name "c_attn", which the model has not; its linear layers are q_proj, k_proj, v_proj, o_proj/,
    ],
    ["lora", { targets: [".*\\.1.*q_proj"] }, /name "\.\*\\\.1\.\*q_proj", which the model has not/],
    [
      "lora",
      { pattern: "q_proj" },
      /pattern "q_proj" fits no linear layer, such as model\.layers\.0\.self_attn\.q_proj/,
    ],
    ["lora", { pattern: "(" }, /pattern "\(" is not a regular expression/],
    ["lora", { pattern: ".*", layers: "0" }, /layers go with targets by name/],
    ["lora", { layers: "first" }, /layers must be numbers and ranges/],
    ["lora", { layers: "0-2" }, /layers name block 2; the model has 2/],
    ["lora", { layers: "0-99999999" }, /layers name block 99999999; the model has 2/],
    ["vera", { layers: "0-99999999" }, /layers name block 99999999; the model has 2/],
    ["road", { layers: "0-99999999" }, /layers name block 99999999; the model has 2/],
    ["lora", { layers: `${"0,".repeat(800)}0` }, /layers must have at most 1500 characters, and has 1601/],
    ["lora", { pattern: "(.*)*x" }, /pattern "\(\.\*\)\*x" fits no linear layer/],
    ["lora", { pattern: "(.*.*.*.*.*.*.*)*=" }, /pattern ".*" fits no linear layer/],
    ["lora", { pattern: "(?=.)(q)_proj" }, /pattern "\(\?=\.\)\(q\)_proj" has look-around/],
    ["lora", { rankPattern: { "(.*)*x": 4 } }, /rankPattern.* fits no linear layer/],
    ["lora", { alphaPattern: { "(a)\\1": 4 } }, /alphaPattern.* has a back-reference/],
    ["lora", { rankPattern: { o: 4 } }, /rankPattern\.o fits no linear layer/],
    ["lora", { rankPattern: { q_proj: 0 } }, /rankPattern\.q_proj/],
    ["lora", { alphaPattern: { "[": 4 } }, /not a regular expression/],
    ["lora", { dropout: 1 }, /dropout/],
    ["lora", { start: "orthogonal", rank: 3 }, /start "orthogonal" needs an even rank; .*q_proj has 3/],
    [
      "lora",
      { start: "pissa", targets: ["embed_tokens"] },
      /start "pissa" is for the linear layers of blocks, .*embed/,
    ],
    ["lora", { start: "olora", rank: 25 }, /start "olora" finds 24 parts of .*v_proj, and the rank is 25/],
    ["lora", { start: "pissa", pattern: "(" }, /pattern "\(" is not a regular expression/],
    ["dora", { start: "pissa" }, /start/],
    ["gralora", { blocks: 5 }, /blocks 5 does not divide the 48 inputs and 48 outputs of .*q_proj/],
    ["miss", { rank: 49 }, /rank 49 is more than the 48 inputs of .*q_proj/],
    ["fourierft", { frequencies: 1153 }, /frequencies 1153 are more than the 1152 numbers of .*v_proj/],
    ["c3a", { blockSize: 16 }, /blockSize 16 does not divide the 48 inputs and 24 outputs of .*v_proj/],
    ["oft", { blockSize: 5 }, /blockSize 5 does not divide the 48 inputs of .*q_proj/],
    ["delora", { strength: 0 }, /strength/],
    ["cartridge", { virtualTokens: 3, frozenTokens: 4 }, /frozenTokens 4 of 3 virtual tokens leave none to be trained/],
    ["cartridge", { virtualTokens: null }, /virtualTokens is empty; give a number, or start from a text/],
    ["dora", { learningRateRatio: 0 }, /learningRateRatio/],
    ["sk-prefix", { text: "" }, /text is empty/],
    ["sk-prefix", { map: "round" }, /map/],
    ["sk-prompt", { depth: 3 }, /depth must be at most 2, and is 3/],
    ["prompt", { virtualTokens: 0 }, /virtualTokens/],
    ["prefix", { virtualTokens: 513 }, /virtualTokens/],
  ])("%s %o", async (method, options, message) => {
    const facts = await factsOf("tiny-llama");
    expect(() => parseOptions(facts, { name: "a", method, options })).toThrow(message);
  });

  test("HiRA refuses a weight that one buffer cannot hold, with both numbers", async () => {
    const facts = { ...(await factsOf("tiny-llama")), largestBuffer: 9000 };
    const parse = (targets: string[]) => parseOptions(facts, { name: "a", method: "hira", options: { targets } });
    expect(() => parse(["q_proj"])).toThrow(
      /targets name .*q_proj, .* reads whole: it needs 9216 bytes .* allows 9000/,
    );
    expect(parse(["v_proj"])).toMatchObject({ targets: ["v_proj"] });
  });

  test("a cartridge refuses a text that is shorter than it, with both numbers", async () => {
    const facts = await factsOf("tiny-llama");
    const method = methodOf("cartridge");
    const attach = (options: object) =>
      method.attach(new Program(), method.options(facts).parse({ init: "text", ...options }), {
        ...facts,
        textIds: [5, 6],
        randomIds: () => [],
      });
    expect(() => attach({ virtualTokens: 3 })).toThrow(/text has 2 tokens, but 3 virtual tokens are to start from it/);
    expect(() => attach({ virtualTokens: null, frozenTokens: 2 })).toThrow(
      /2 frozen tokens leave none of the text's 2/,
    );
    expect(attach({ virtualTokens: 2 }).prefix).toMatchObject({ virtualTokens: 2 });
  });

  test("all-linear means every linear of the family", async () => {
    const facts = await factsOf("tiny-gpt2");
    const parsed = parseOptions(facts, { name: "a", method: "lora", options: { targets: "all-linear" } });
    expect(parsed).toMatchObject({ targets: ["c_attn", "attn.c_proj", "c_fc", "mlp.c_proj"] });
  });

  test("blocks, whole paths and patterns choose single linears, with ranks of their own", async () => {
    const facts = await factsOf("tiny-llama");
    const ranks = (options: object) => {
      const method = methodOf("lora");
      const program = new Program();
      const ids = program.input("ids", [2], "int32");
      const attachments = method.attach(program, method.options(facts).parse(options), {
        ...facts,
        textIds: [],
        randomIds: () => [],
      });
      facts.family.build(program, facts.config, ids, { size: 1, tokens: 2 }, attachments);
      const downs = program.trainables.filter(({ name }) => name.endsWith(".lora_A.weight"));
      return downs.map(({ name, shape }) => `${name.replace(/model\.layers\.|\.lora_A\.weight/g, "")} ${shape[0]}`);
    };
    expect(ranks({ layers: "1" })).toEqual(["1.self_attn.q_proj 8", "1.self_attn.v_proj 8"]);
    expect(ranks({ targets: ["model.layers.0.mlp.up_proj"], rank: 3 })).toEqual(["0.mlp.up_proj 3"]);
    expect(ranks({ pattern: ".*\\.0\\.(self_attn\\.q|mlp\\.down)_proj", rankPattern: { "0.mlp.*": 2 } })).toEqual([
      "0.self_attn.q_proj 8",
      "0.mlp.down_proj 2",
    ]);
  });
});

describe("trained parameters", () => {
  const prefix = { virtualTokens: 6 };
  const cases: [rig: string, name: string, method: string, options: object][] = [
    ["tiny-llama", "linear-probe", "linear-probe", {}],
    ["tiny-llama", "hard-text", "hard-text", {}],
    ["tiny-llama", "sk-prefix", "sk-prefix", {}],
    ["tiny-llama", "sk-prefix-shared", "sk-prefix", { shared: true }],
    ["tiny-llama", "sk-prefix-lowrank", "sk-prefix", { map: "lowRank", rank: 4 }],
    ["tiny-llama", "sk-prefix-diagonal", "sk-prefix", { map: "diagonal" }],
    ["tiny-llama", "sk-prefix-mean", "sk-prefix", {}],
    ["tiny-llama", "sk-prompt", "sk-prompt", { rank: 8 }],
    ["tiny-llama", "sk-prompt-dense", "sk-prompt", { map: "dense" }],
    ["tiny-llama", "sk-prompt-depth1", "sk-prompt", { rank: 8, depth: 1 }],
    ["tiny-llama", "sk-prompt-mean", "sk-prompt", { rank: 8 }],
    ["tiny-llama", "lora", "lora", { rank: 4, alpha: 8 }],
    ["tiny-llama", "lora-all", "lora", { rank: 2, alpha: 4, targets: "all-linear" }],
    ["tiny-llama", "rslora", "lora", { rank: 4, alpha: 8, rankStabilised: true }],
    ["tiny-llama", "prompt", "prompt", prefix],
    ["tiny-llama", "prefix", "prefix", prefix],
    ["tiny-qwen2", "sk-prefix", "sk-prefix", {}],
    ["tiny-qwen2", "lora", "lora", { rank: 4 }],
    ["tiny-qwen3", "sk-prefix", "sk-prefix", {}],
    ["tiny-qwen3", "lora", "lora", { rank: 4 }],
    ["tiny-gpt2", "sk-prefix", "sk-prefix", {}],
    ["tiny-gpt2", "sk-prompt", "sk-prompt", { rank: 8 }],
    ["tiny-gpt2", "lora", "lora", { rank: 4 }],
    ["tiny-gpt2", "prefix", "prefix", prefix],
  ];
  test.each(cases)("%s %s: as many as PyTorch counted", async (rig, name, method, options) => {
    const { trainableCount, labels, pooling, virtualTokens } = await fixtureJson(
      `cases/${rig}/${name}-sequence-classification.json`,
    );
    const facts = await factsOf(rig);
    const textTokens = virtualTokens ?? 3;
    expect(count(methodOf(method), { facts, options, classes: labels.length, pooling, textTokens })).toEqual(
      trainableCount,
    );
  });

  /**
   * The table of SK-Tuning's trained parameters (T = 12, two classes, a head with bias). Its
   * RoBERTa rows have the sizes of GPT-2's family; its q-v LoRA equals one on the fused projection,
   * since r·(d + 3d) = 2·r·(d + d).
   */
  const models = [
    // family, layers, hidden size, heads, key/value heads, head size; head, SK-Prefix, shared,
    // SK-Prompt r = 16, T·d, dense d², free prefix, LoRA r = 8
    ["gpt2", "GPT-2", [12, 768, 12, 12, 64], [1538, 99842, 5634, 26114, 10754, 591362, 222722, 296450]],
    ["gpt2", "24 × 1024", [24, 1024, 16, 16, 64], [2050, 198658, 6146, 34818, 14338, 1050626, 591874, 788482]],
    ["llama", "SmolLM2-135M", [30, 576, 9, 3, 64], [1154, 246914, 5250, 19586, 8066, 332930, 139394, 461954]],
    ["llama", "Qwen2.5-0.5B", [24, 896, 14, 2, 64], [1794, 198402, 5890, 30466, 12546, 804610, 75522, 542466]],
    ["llama", "TinyLlama-1.1B", [22, 2048, 32, 4, 64], [4098, 184322, 8194, 69634, 28674, 4198402, 139266, 1130498]],
    ["llama", "Llama-2-7B", [32, 4096, 32, 32, 128], [8194, 1056770, 24578, 139266, 57346, 16785410, 3153922, 4202498]],
  ] as const;
  test.each(models)("%s, %s: the counts of the table", (id, _name, sizes, expected) => {
    const [layers, hiddenSize, heads, keyValueHeads, headSize] = sizes;
    const family = families.find((candidate) => candidate.id === id)!;
    const config = {
      layers,
      hiddenSize,
      heads,
      keyValueHeads,
      headSize,
      vocabulary: 1000,
      contextLength: 512,
      intermediateSize: 4 * hiddenSize,
      epsilon: 1e-5,
      rotary: plainRotary(headSize, 10000),
      windows: [],
    } as ModelConfig;
    const total = (method: string, options: object = {}) => {
      const facts = { family, config };
      return count(methodOf(method), { facts, options, classes: 2, pooling: "mean", textTokens: 12 }).total;
    };
    expect([
      total("linear-probe"),
      total("sk-prefix"),
      total("sk-prefix", { shared: true }),
      total("sk-prompt"),
      total("prompt"),
      total("sk-prompt", { map: "dense" }),
      total("prefix"),
      total("lora", { rank: 8 }),
    ]).toEqual([...expected]);
    expect(total("hard-text")).toBe(total("linear-probe"));
    // One factor per column: 2·L·d_h; low rank: two thin matrices per map.
    expect(total("sk-prefix", { map: "diagonal" }) - total("linear-probe")).toBe(2 * layers * headSize);
    expect(total("sk-prefix", { map: "lowRank", rank: 4 }) - total("linear-probe")).toBe(2 * layers * 2 * 4 * headSize);
  });

  test("neither the length of the text nor of the batch changes what SK methods train", async () => {
    const facts = await factsOf("tiny-llama");
    for (const id of ["sk-prefix", "sk-prompt"]) {
      const counted = (textTokens: number) =>
        count(methodOf(id), { facts, options: {}, classes: 2, pooling: "last", textTokens });
      expect(counted(3)).toEqual(counted(30));
    }
  });
});
