import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../../src/hub/safetensors";
import { familyOf } from "../../../src/models/registry";
import { plainRotary } from "../../../src/models/rotary";
import { weightSpecs } from "../../../src/training/base-model";
import { fixtureFile, fixtureJson } from "../../fixtures/reference";

const rigs = ["tiny-llama", "tiny-qwen2", "tiny-qwen3", "tiny-gpt2"];
const configOf = (rig: string): Promise<Record<string, unknown>> => fixtureJson(`models/${rig}/config.json`);
const read = (json: unknown) => familyOf(json).readConfig(json);

describe("reading config.json", () => {
  test("sizes under the field's names", async () => {
    const common = { layers: 2, hiddenSize: 48, heads: 4, vocabulary: 384, contextLength: 64 };
    expect(read(await configOf("tiny-llama"))).toEqual({
      ...common,
      keyValueHeads: 2,
      headSize: 12,
      intermediateSize: 128,
      epsilon: 1e-5,
      rotary: plainRotary(12, 10000),
      attentionBias: false,
      outputBias: false,
      mlpBias: false,
      headNorms: false,
    });
    expect(read(await configOf("tiny-qwen2"))).toMatchObject({
      ...common,
      keyValueHeads: 2,
      headSize: 12,
      intermediateSize: 80,
      epsilon: 1e-6,
      rotary: plainRotary(12, 10000),
      attentionBias: true,
      outputBias: false,
      headNorms: false,
    });
    expect(read(await configOf("tiny-qwen3"))).toMatchObject({
      ...common,
      keyValueHeads: 2,
      headSize: 16,
      rotary: plainRotary(16, 1e6),
      attentionBias: false,
      headNorms: true,
    });
    expect(read(await configOf("tiny-gpt2"))).toEqual({
      ...common,
      keyValueHeads: 4,
      headSize: 12,
      intermediateSize: 160,
      epsilon: 1e-5,
    });
  });

  test("what a file may leave out", async () => {
    const { num_key_value_heads: _heads, head_dim: _size, rope_theta: _theta, ...llama } = await configOf("tiny-llama");
    expect(read(llama)).toMatchObject({ keyValueHeads: 4, headSize: 12, rotary: plainRotary(12, 10000) });
    expect(read({ ...llama, rope_scaling: null, attention_bias: true })).toMatchObject({
      attentionBias: true,
      outputBias: true,
    });
    const gpt2 = await configOf("tiny-gpt2");
    expect(read({ ...gpt2, n_inner: null })).toMatchObject({ intermediateSize: 192 });
  });

  test("families by model_type", async () => {
    expect(familyOf(await configOf("tiny-qwen3")).id).toBe("llama");
    expect(familyOf({ model_type: "mistral" }).id).toBe("llama");
    expect(familyOf(await configOf("tiny-gpt2")).id).toBe("gpt2");
  });
});

describe("refusals", () => {
  const supported = /Supported: llama, mistral, qwen2, qwen3, gpt2\./;

  test.each(["tiny-bert", "tiny-roberta"])(
    "%s: an unsupported model_type is named beside those there are",
    async (rig) => {
      const config = await configOf(rig);
      expect(() => familyOf(config)).toThrow(`model_type "${config.model_type}" is not supported`);
      expect(() => familyOf(config)).toThrow(supported);
    },
  );

  test.each([[{}], [null], [[]]])("no model_type: %o", (config) => {
    expect(() => familyOf(config)).toThrow(/model_type is missing/);
    expect(() => familyOf(config)).toThrow(supported);
  });

  test.each([
    ["tiny-llama", "hidden_size"],
    ["tiny-llama", "rms_norm_eps"],
    ["tiny-qwen2", "num_hidden_layers"],
    ["tiny-gpt2", "n_embd"],
    ["tiny-gpt2", "layer_norm_epsilon"],
  ])("%s without %s: the key is named", async (rig, key) => {
    const { [key]: _left, ...config } = await configOf(rig);
    expect(() => read(config)).toThrow(`${key}: `);
  });

  test.each([
    ["tiny-llama", { rope_scaling: { rope_type: "llama3", factor: 8 } }, /rope_scaling: is not supported yet/],
    ["tiny-qwen2", { rope_parameters: { rope_type: "yarn", rope_theta: 1e4 } }, /rope_parameters\.rope_type: /],
    ["tiny-llama", { hidden_act: "gelu" }, /hidden_act: /],
    ["tiny-llama", { num_hidden_layers: 2.5 }, /num_hidden_layers: /],
    ["tiny-llama", { sliding_window: 32 }, /sliding_window 32 .* context of 64 .* not supported/],
    ["tiny-gpt2", { activation_function: "relu" }, /activation_function: /],
    ["tiny-gpt2", { scale_attn_by_inverse_layer_idx: true }, /scale_attn_by_inverse_layer_idx: /],
    ["tiny-llama", { hidden_size: 50, head_dim: null }, /hidden size 50 is not divisible by 4 attention heads/],
    ["tiny-llama", { num_key_value_heads: 3 }, /4 attention heads are not divisible by 3 key\/value heads/],
    ["tiny-llama", { head_dim: 13 }, /turn 1 of a head's 13 columns, which is 13; it must be an even number/],
    ["tiny-gpt2", { n_head: 5 }, /hidden size 48 is not divisible by 5 attention heads/],
  ])("%s with %o", async (rig, change, message) => {
    const config = { ...(await configOf(rig)), ...change };
    expect(() => read(config)).toThrow(message);
  });

  test("a sliding window that is off, or as long as the context, changes nothing", async () => {
    const config = await configOf("tiny-llama");
    for (const harmless of [
      { sliding_window: 32, use_sliding_window: false },
      { sliding_window: 64 },
      { sliding_window: null },
    ]) {
      expect(read({ ...config, ...harmless })).toEqual(read(config));
    }
  });

  test("several faults are all named", async () => {
    const { n_layer: _n, vocab_size: _v, ...config } = await configOf("tiny-gpt2");
    expect(() => read(config)).toThrow(/n_layer: .*; vocab_size: /);
  });
});

describe("weights", () => {
  test.each(rigs)("%s: names and shapes are those of the file", async (rig) => {
    const config = await configOf(rig);
    const family = familyOf(config);
    const { tensors } = await readSafetensors(await fixtureFile(`models/${rig}/model.safetensors`));
    const specs = weightSpecs(family, family.readConfig(config));
    const shapes = (of: Iterable<{ name: string; shape: readonly number[] }>) =>
      Object.fromEntries([...of].map(({ name, shape }) => [name, [...shape]]));
    // The language model's own head is not needed for classifying.
    const { "lm_head.weight": _head, ...stored } = shapes(tensors.values());
    expect(shapes(specs)).toEqual(stored);
    expect(new Set(specs.map(({ name }) => name)).size).toBe(specs.length);
  });

  test.each(rigs)("%s: the linears a LoRA may target are there in every block", async (rig) => {
    const config = await configOf(rig);
    const family = familyOf(config);
    const specs = weightSpecs(family, family.readConfig(config));
    for (const name of family.linearNames(family.readConfig(config))) {
      const matching = specs.filter((spec) => spec.name.endsWith(`.${name}.weight`));
      expect(matching.map(({ shape }) => shape.length)).toEqual([2, 2]);
    }
    expect(family.linearNames(family.readConfig(config))).toEqual(expect.arrayContaining([...family.loraTargets]));
  });
});
