/**
 * What methods train on two models people know, SmolLM2-135M and MiniLM-L6, by the papers' formulas
 * (those of LoRA's family as PEFT 0.21 counts them), and which blocks their backward passes go
 * through. No weights are needed for either.
 */

import { expect, test } from "vitest";
import { stepNeeds } from "../../../src/estimate/shared-bytes";
import { webgpuCosts } from "../../../src/executors/webgpu/costs";
import { approachOf } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { stepFlops } from "../../../src/runs/flops";
import { parseOptions } from "../../../src/runs/resolve";
import { countPart } from "../../../src/runs/trainable-count";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";

const configs = {
  "SmolLM2-135M": {
    model_type: "llama",
    hidden_size: 576,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    intermediate_size: 1536,
    vocab_size: 49152,
    rms_norm_eps: 1e-5,
    rope_theta: 100000,
    hidden_act: "silu",
    tie_word_embeddings: true,
    max_position_embeddings: 8192,
  },
  "MiniLM-L6": {
    model_type: "bert",
    hidden_size: 384,
    num_hidden_layers: 6,
    num_attention_heads: 12,
    vocab_size: 30522,
    intermediate_size: 1536,
    max_position_embeddings: 512,
    layer_norm_eps: 1e-12,
    hidden_act: "gelu",
    type_vocab_size: 2,
  },
} as const;
type Known = keyof typeof configs;

function build(model: Known, id: string, options: Record<string, unknown> = {}, length = 4) {
  const family = familyOf(configs[model]);
  const facts = { family, config: family.readConfig(configs[model]) };
  const parsed = parseOptions(facts, { name: id, method: id, options });
  const context = { ...facts, textIds: tokens(20), lockedIds: tokens(20).map((id) => id === 7), randomIds: tokens };
  const setup = {
    method: approachOf(id),
    options: parsed,
    context,
    task: sequenceClassification,
    classes: 2,
    pooling: "mean",
    trainingRows: 9,
  } as const;
  return buildTunedProgram(setup, 1, length);
}

const count = (model: Known, id: string, options?: Record<string, unknown>) =>
  countPart(build(model, id, options).program.trainables, "adapter");

/** Ids as if a text of so many tokens had been read. */
const tokens = (count: number) => Array.from({ length: count }, (_, id) => id);

const queriesAndValues = { rank: 8, targets: ["q_proj", "v_proj"] };
const mixed = (virtualTokens: number, bottleneck: number) => ({ virtualTokens, bottleneck });

test.each<[string, Known, number, Record<string, unknown>?]>([
  ["lora", "SmolLM2-135M", 460_800, queriesAndValues],
  ["lora", "SmolLM2-135M", 2_442_240, { rank: 8, targets: "all-linear" }],
  ["lora", "MiniLM-L6", 73_728, { rank: 8, targets: ["query", "value"] }],
  ["adalora", "SmolLM2-135M", 691_920, { initialRank: 12, targetRank: 8, targets: ["q_proj", "v_proj"] }],
  ["last-layer", "SmolLM2-135M", 3_540_096],
  ["full", "SmolLM2-135M", 134_515_008],
  ["adapter-pfeiffer", "MiniLM-L6", 76_128, { bottleneck: 16 }],
  ["adapter-houlsby", "MiniLM-L6", 152_256, { bottleneck: 16 }],
  ["adapter-houlsby", "MiniLM-L6", 1_185_792, { bottleneck: 128, activation: "none" }],
  ["adapter-parallel", "MiniLM-L6", 76_128, { bottleneck: 16 }],
  ["adapter-pfeiffer", "SmolLM2-135M", 570_720, { bottleneck: 16 }],
  ["adapter-houlsby", "SmolLM2-135M", 1_141_440, { bottleneck: 16 }],
  ["adapter-parallel", "SmolLM2-135M", 570_720, { bottleneck: 16 }],
  ["mix-and-match", "MiniLM-L6", 435_840, mixed(30, 64)],
  ["mix-and-match", "SmolLM2-135M", 1_469_760, mixed(30, 32)],
  ["prefix", "SmolLM2-135M", 230_400, { virtualTokens: 20 }],
  ["prefix", "MiniLM-L6", 92_160, { virtualTokens: 20 }],
  ["prefix", "SmolLM2-135M", 6_012_416, { virtualTokens: 20, projection: 512 }],
  ["prompt", "SmolLM2-135M", 11_520, { virtualTokens: 20 }],
  ["prompt", "SmolLM2-135M", 11_520, { virtualTokens: 20, init: "vocabulary", nearWords: true }],
  ["prompt", "MiniLM-L6", 7_680, { virtualTokens: 20 }],
  ["p-tuning", "SmolLM2-135M", 176_192, { virtualTokens: 20, hidden: 128 }],
  ["dept", "SmolLM2-135M", 11_520, { virtualTokens: 9, rank: 9 }],
  ["dept", "MiniLM-L6", 7_680, { virtualTokens: 12, rank: 6 }],
  ["ptec", "SmolLM2-135M", 11_520, { virtualTokens: 20, init: "vocabulary" }],
  ["cpt", "SmolLM2-135M", 11_520, { text: "twenty tokens" }],
  // Twenty tokens of 576, and with the linear layer 576² more.
  ["sk-prompt", "SmolLM2-135M", 11_520, { preset: "reference-code" }],
  ["sk-prompt", "SmolLM2-135M", 11_520 + 331_776, { preset: "reference-code", linear: true }],
  ["linear-probe", "SmolLM2-135M", 0],
  ["nearest-neighbours", "SmolLM2-135M", 0],
  ["fitted-head", "SmolLM2-135M", 0],
  ["bag-of-words", "SmolLM2-135M", 0],
  ["majority", "SmolLM2-135M", 0],
])("%s on %s trains %i parameters", (id, model, expected, options) => {
  expect(count(model, id, options)).toBe(expected);
});

test("Mix-And-Match without its prefix or its modules counts as what is left", () => {
  const prefix = count("MiniLM-L6", "prefix", { virtualTokens: 30 });
  const modules = count("MiniLM-L6", "adapter-parallel", { bottleneck: 64 });
  expect([prefix, modules]).toEqual([138_240, 297_600]);
  expect(count("MiniLM-L6", "mix-and-match", mixed(30, 64))).toBe(prefix + modules);
});

test.each([1, 3, 8])("DyLoRA's rank %i has its share of the largest rank's parameters", (rank) => {
  expect(count("SmolLM2-135M", "lora", { ...queriesAndValues, rank })).toBe(57_600 * rank);
  expect(count("MiniLM-L6", "dylora", { rank, targets: ["query", "value"] })).toBe(9_216 * rank);
});

test("the last layer's backward pass goes through one block, LoRA's through all", () => {
  const backward = (id: string, options?: Record<string, unknown>) => {
    const { backward } = build("SmolLM2-135M", id, options);
    const passed = backward.dispatches.filter(({ kernel }) => kernel.name === "attention-softmax-backward");
    const saved = backward.saved.flatMap(({ name }) => /layers\.(\d+)\./.exec(name)?.[1] ?? []);
    return { passed: passed.length, dispatches: backward.dispatches.length, saved };
  };
  const [last, lora] = [backward("last-layer"), backward("lora", { targets: "all-linear" })];
  expect([last.passed, lora.passed]).toEqual([1, 30]);
  // Of the blocks below, only what they hand to the last.
  expect(last.saved.filter((block) => block !== "29")).toEqual(["28"]);
  expect(new Set(lora.saved).size).toBe(30);
  expect(last.dispatches).toBeLessThan(lora.dispatches / 20);
});

test.each([
  ["SmolLM2-135M", { virtualTokens: 9, rank: 9 }],
  ["MiniLM-L6", { virtualTokens: 12, rank: 6 }],
] as const)(
  "%s: a step of DePT computes and keeps less than one of prompt tuning with as many numbers",
  (model, size) => {
    const dept = build(model, "dept", size, 64);
    const prompt = build(model, "prompt", { virtualTokens: 20 }, 64);
    const adapter = (tuned: typeof dept) => countPart(tuned.program.trainables, "adapter");
    expect(adapter(dept)).toBe(adapter(prompt));
    expect(dept.virtualTokens).toBeLessThan(prompt.virtualTokens);
    expect(stepFlops(dept).total).toBeLessThan(stepFlops(prompt).total);
    const kept = (tuned: typeof dept) => stepNeeds(webgpuCosts, tuned).sizes.reduce((sum, bytes) => sum + bytes, 0);
    expect(kept(dept)).toBeLessThan(kept(prompt));
  },
);
