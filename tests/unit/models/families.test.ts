import { describe, expect, test } from "vitest";
import { formOf } from "../../../src/adapters/forms/registry";
import { loadedSpecs, readModel, weightSpecs } from "../../../src/base/read-model";
import { readSafetensors } from "../../../src/hub/safetensors";
import { readTensor } from "../../../src/hub/safetensors-values";
import { bytesFile } from "../../../src/hub/sources";
import { openWeights } from "../../../src/hub/weights";
import { writeSafetensors } from "../../../src/hub/write-safetensors";
import { alibiSlopes } from "../../../src/models/alibi";
import type { LlamaConfig } from "../../../src/models/llama";
import type { Phi3Config } from "../../../src/models/phi3";
import { families, familyOf } from "../../../src/models/registry";
import { plainRotary } from "../../../src/models/rotary";
import { Program } from "../../../src/program/program";
import { familyRig, familyRigs, fixtureFile, fixtureJson, fixtureModel } from "../../fixtures/reference";

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
      windows: [null, null],
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
  const supported = new RegExp(`Supported: ${families.flatMap(({ modelTypes }) => modelTypes).join(", ")}\\.`);

  test.each(["t5", "deberta-v2"])("%s: an unsupported model_type is named beside those there are", (type) => {
    expect(() => familyOf({ model_type: type })).toThrow(`model_type "${type}" is not supported`);
    expect(() => familyOf({ model_type: type })).toThrow(supported);
  });

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
    [
      "tiny-llama",
      { rope_scaling: { rope_type: "llama3", factor: 8 } },
      /"llama3" needs low_freq_factor, which is missing/,
    ],
    [
      "tiny-qwen2",
      { rope_parameters: { rope_type: "longrope" } },
      /rotary scaling "longrope" is not supported for this/,
    ],
    ["tiny-llama", { hidden_act: "gelu" }, /hidden_act: /],
    ["tiny-llama", { num_hidden_layers: 2.5 }, /num_hidden_layers: /],
    [
      "tiny-llama",
      { model_type: "mistral", layer_types: ["full_attention"] },
      /layer_types has 1 entries for 2 blocks/,
    ],
    ["tiny-bert", { position_embedding_type: "relative_key" }, /position_embedding_type: must be absolute/],
    ["tiny-bert", { is_decoder: true }, /is_decoder: must be false/],
    ["tiny-gpt2", { activation_function: "relu" }, /activation_function: /],
    ["tiny-gpt2", { scale_attn_by_inverse_layer_idx: true }, /scale_attn_by_inverse_layer_idx: /],
    ["tiny-llama", { hidden_size: 50, head_dim: null }, /hidden size 50 is not divisible by 4 attention heads/],
    ["tiny-llama", { num_key_value_heads: 3 }, /4 attention heads are not divisible by 3 key\/value heads/],
    ["tiny-llama", { head_dim: 13 }, /turn 1 of a head's 13 columns, which is 13; it must be an even number/],
    ["tiny-bert", { num_attention_heads: 7 }, /is not divisible by 7 attention heads/],
    ["tiny-roberta", { num_attention_heads: 7 }, /is not divisible by 7 attention heads/],
    ["tiny-gpt2", { n_head: 5 }, /hidden size 48 is not divisible by 5 attention heads/],
  ])("%s with %o", async (rig, change, message) => {
    const config = { ...(await configOf(rig)), ...change };
    expect(() => read(config)).toThrow(message);
  });

  test("windows: Mistral's in every block, Qwen's where it is switched on", async () => {
    const config = await configOf("tiny-qwen2");
    const windows = (change: object) => (read({ ...config, layer_types: null, ...change }) as LlamaConfig).windows;
    const off = [null, null];
    expect(windows({ model_type: "mistral", sliding_window: 32 })).toEqual([32, 32]);
    expect(windows({ model_type: "mistral", sliding_window: 64 })).toEqual(off);
    expect(windows({ model_type: "mistral", sliding_window: null })).toEqual(off);
    // transformers' Llama knows no window, and old Qwen2 configurations name one that is off.
    expect(windows({ model_type: "llama", sliding_window: 32 })).toEqual(off);
    expect(windows({ sliding_window: 32 })).toEqual(off);
    expect(windows({ sliding_window: 32, use_sliding_window: false })).toEqual(off);
    const on = { sliding_window: 32, use_sliding_window: true };
    expect(windows(on)).toEqual(off);
    expect(windows({ ...on, max_window_layers: 1 })).toEqual([null, 32]);
    expect(windows({ ...on, layer_types: ["sliding_attention", "full_attention"] })).toEqual([32, null]);
  });

  test("several faults are all named", async () => {
    const { n_layer: _n, vocab_size: _v, ...config } = await configOf("tiny-gpt2");
    expect(() => read(config)).toThrow(/n_layer: .*; vocab_size: /);
  });
});

describe("encoders", () => {
  test.each(["tiny-bert", "tiny-roberta"])("%s: all weights are found under the bare names", async (rig) => {
    const { weights, needed, poolings } = await readModel(fixtureModel(rig));
    expect(needed.map(({ entry }) => entry.name).sort()).toEqual([...weights.names].sort());
    expect(needed.every(({ tensor, entry }) => tensor.name === `${rig.slice(5)}.${entry.name}`)).toBe(true);
    expect(poolings).toEqual(["first", "cls", "mean"]);
  });

  test("BERT without a pooler is read out by the mean; its oldest names are understood", async () => {
    const { tensors } = await readSafetensors(await fixtureFile("models/tiny-bert/model.safetensors"));
    const kept = [...tensors.values()].filter(({ name }) => !name.startsWith("pooler"));
    const renamed = await Promise.all(
      kept.map(async (entry) => ({
        name: entry.name.replace(/LayerNorm\.weight$/, "LayerNorm.gamma").replace(/LayerNorm\.bias$/, "LayerNorm.beta"),
        shape: entry.shape,
        data: (await readTensor(entry)) as Float32Array,
      })),
    );
    const file = bytesFile("model.safetensors", writeSafetensors(renamed));
    const folder = fixtureModel("tiny-bert");
    const open = (name: string) => (name === "model.safetensors" ? Promise.resolve(file) : folder.open(name));
    const { poolings, needed } = await readModel({ ...folder, open });
    expect(poolings).toEqual(["mean"]);
    expect(needed.filter(({ entry }) => entry.name.endsWith("gamma")).length).toBe(5);
  });
});

describe.each(familyRigs)("%s", (rig) => {
  const read = async () => {
    const json = await familyRig(rig).config();
    const family = familyOf(json);
    return { family, config: family.readConfig(json) };
  };

  test("its weights are found under the file's names, with or without what a class puts before them", async () => {
    const { family, config } = await read();
    const weights = await openWeights(familyRig(rig).folder, family.prefixes);
    const specs = loadedSpecs({ family, config, poolings: family.poolings });
    const found = specs.map(({ name, shape }) => weights.get(name, shape).name);
    // Nothing in the file is left over, and nothing is read twice.
    expect([...found].sort()).toEqual([...weights.names].sort());
    expect(found.every((name, index) => name === specs[index]!.name)).toBe(!rig.endsWith("-bare"));
  });

  test("the modules that a method may name are there in every block", async () => {
    const { family, config } = await read();
    const specs = weightSpecs(family, config);
    const blocksWith = (name: string) =>
      new Set(
        specs.filter((spec) => spec.name.endsWith(`.${name}.weight`)).map((spec) => /\.(\d+)\./.exec(spec.name)?.[1]),
      );
    const linears = family.linearNames(config);
    for (const name of linears) expect([...blocksWith(name)], name).toEqual(["0", "1"]);
    for (const name of family.normNames(config)) expect(blocksWith(name).size, name).toBeGreaterThan(0);
    expect(linears).toEqual(expect.arrayContaining([...family.loraTargets, ...family.ia3Targets.targets]));
  });
});

test.each([...familyRigs, "tiny-gpt2"])(
  "%s: what it calls its sub-layers is what AdapterHub's names are read back as",
  async (rig) => {
    const json = rig === "tiny-gpt2" ? await configOf(rig) : await familyRig(rig).config();
    const family = familyOf(json);
    const config = family.readConfig(json);
    const program = new Program();
    const paths: string[] = [];
    family.build(
      program,
      config,
      program.input("input_ids", [1], "int32"),
      { size: 1, tokens: 1 },
      {
        subLayer(path, _kind, { output }) {
          paths.push(path);
          return output;
        },
      },
    );
    expect(paths).toHaveLength(2 * config.layers);
    const { names } = formOf("BOTTLENECK").layout;
    const modules = paths.map((path) => `${path}.adapter.down.weight`);
    expect(modules.map((name) => names.fromFile(names.toFile(name)))).toEqual(modules);
  },
);

describe("configurations of the newer families", () => {
  test.each([
    ["tiny-opt", { word_embed_proj_dim: 16 }, /word_embed_proj_dim 16 differs from hidden_size 32/],
    ["tiny-opt", { do_layer_norm_before: false }, /do_layer_norm_before: must be true/],
    ["tiny-opt", { num_attention_heads: 5 }, /hidden size 32 is not divisible by 5 attention heads/],
    ["tiny-gpt-neox", { rotary_pct: 0.2 }, /turn 0\.2 of a head's 16 columns, which is 3; it must be an even number/],
    ["tiny-gpt-neox", { rope_scaling: { type: "linear" } }, /rotary scaling "linear" needs factor, which is missing/],
    ["tiny-gpt-neox", { num_attention_heads: 3 }, /hidden size 32 is not divisible by 3/],
    ["tiny-phi", { qk_layernorm: true }, /qk_layernorm: must be false/],
    ["tiny-phi", { num_attention_heads: 4, num_key_value_heads: 3 }, /4 attention heads are not divisible by 3/],
    ["tiny-phi3", { rope_scaling: { type: "linear", factor: 2 } }, /rope_scaling/],
    // 32 / 6 is 5 columns and a bit: said of the heads, not of the rotary width.
    ["tiny-phi3", { num_attention_heads: 6 }, /hidden size 32 is not divisible by 6 attention heads/],
    ["tiny-phi3", { num_key_value_heads: 3 }, /4 attention heads are not divisible by 3 key\/value heads/],
    ["tiny-phi3", { partial_rotary_factor: 0.9 }, /turn 0\.9 of a head's 8 columns, which is 7; it must be an even/],
    ["tiny-mistral", { num_key_value_heads: 3 }, /4 attention heads are not divisible by 3 key\/value heads/],
    ["tiny-qwen3", { head_dim: 7 }, /turn 1 of a head's 7 columns, which is 7/],
    ["tiny-gemma2", { num_key_value_heads: 3 }, /attention heads are not divisible by 3 key\/value heads/],
    ["tiny-gemma3", { head_dim: 9 }, /turn 1 of a head's 9 columns, which is 9/],
    ["tiny-modernbert", { num_attention_heads: 7 }, /is not divisible by 7 attention heads/],
    ["tiny-distilbert", { n_heads: 7 }, /is not divisible by 7 attention heads/],
    ["tiny-falcon", { num_attention_heads: 7 }, /is not divisible by 7 attention heads/],
    ["tiny-phi3-longrope", { rope_scaling: { type: "su", short_factor: [1, 2] } }, /has 2 factors for 3 pairs/],
    ["tiny-phi3-longrope", { original_max_position_embeddings: null }, /original_max_position_embeddings is missing/],
    ["tiny-falcon-grouped", { num_kv_heads: 3 }, /4 attention heads are not divisible by 3 key\/value heads/],
    ["tiny-falcon", { num_attention_heads: undefined }, /num_attention_heads is missing/],
    ["tiny-bloom-bare", { n_head: 5 }, /hidden size 36 is not divisible by 5/],
    ["tiny-bloom-bare", { n_layer: undefined }, /n_layer: is missing/],
    ["tiny-bloom-bare", { apply_residual_connection_post_layernorm: true }, /must be false/],
  ])("%s with %o is refused by name", async (rig, change, message) => {
    const config = { ...(await familyRig(rig).config()), ...change };
    expect(() => read(config)).toThrow(message);
  });

  test.each([
    // Old and new spellings of the same model.
    [
      "tiny-gpt-neox",
      { rotary_pct: undefined, rotary_emb_base: undefined },
      { rope_parameters: { rope_type: "default", rope_theta: 10000, partial_rotary_factor: 0.25 } },
    ],
    [
      "tiny-phi",
      { partial_rotary_factor: undefined, rope_theta: undefined, rope_scaling: undefined },
      { rope_parameters: { rope_type: "default", rope_theta: 10000, partial_rotary_factor: 0.4 } },
    ],
    [
      "tiny-phi3-longrope",
      { rope_theta: undefined, rope_scaling: undefined, partial_rotary_factor: undefined },
      {
        rope_parameters: {
          rope_type: "longrope",
          rope_theta: 10000,
          partial_rotary_factor: 0.75,
          short_factor: [1, 1.25, 1.5],
          long_factor: [2, 4, 8],
        },
      },
    ],
    ["tiny-falcon", { num_attention_heads: undefined, num_hidden_layers: undefined }, { n_head: 4, n_layer: 2 }],
    ["tiny-falcon-grouped", { num_kv_heads: undefined }, { n_head_kv: 2 }],
    ["tiny-bloom-bare", { n_head: undefined, hidden_size: undefined }, { num_attention_heads: 3, n_embed: 36 }],
  ])("%s means the same spelled with %o left out and %o", async (rig, left, added) => {
    const config = await familyRig(rig).config();
    expect(read({ ...config, ...left, ...added })).toEqual(read(config));
  });

  test("a long-context Phi-3 is read up to its original context, with its short factors", async () => {
    const config = read(await familyRig("tiny-phi3-longrope").config()) as Phi3Config;
    expect(config.contextLength).toBe(64);
    expect(config.rotary.scale).toBeCloseTo(Math.sqrt(1 + Math.log(4) / Math.log(64)), 12);
    expect(config.rotary.frequencies).toEqual(
      plainRotary(6, 10000).frequencies.map((speed, pair) => speed / [1, 1.25, 1.5][pair]!),
    );
  });

  test("Phi-3's window is what config.json says, and none where it is as long as the context", async () => {
    const config = await familyRig("tiny-phi3").config();
    const window = (sliding_window: number | null) => (read({ ...config, sliding_window }) as Phi3Config).window;
    expect([18, 64, null].map(window)).toEqual([18, undefined, undefined]);
  });

  test("ALiBi's slopes for eight heads and for six", () => {
    expect(alibiSlopes(8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((power) => 2 ** -power));
    expect(alibiSlopes(6)).toEqual([2 ** -2, 2 ** -4, 2 ** -6, 2 ** -8, 2 ** -1, 2 ** -3]);
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
