/** Sizes of config.json that no model has are refused by key and both numbers, before a Program. */

import { describe, expect, test } from "vitest";
import { readModel } from "../../../src/base/read-model";
import { familyOf } from "../../../src/models/registry";
import { fixtureJson, fixtureModel } from "../../fixtures/reference";

const read = async (rig: string, change: Record<string, unknown>) => {
  const json = { ...(await fixtureJson(`models/${rig}/config.json`)), ...change };
  return familyOf(json).readConfig(json);
};

describe("refused", () => {
  test.each<[rig: string, change: Record<string, unknown>, message: RegExp]>([
    ["tiny-llama", { num_hidden_layers: 1_000_000 }, /num_hidden_layers is 1000000; at most 1000 can be read/],
    ["tiny-llama", { hidden_size: 2 ** 32 }, /hidden_size is 4294967296; at most 1048576/],
    ["tiny-llama", { head_dim: 2 ** 40 }, /head_dim is 1099511627776; at most 1048576/],
    ["tiny-llama", { intermediate_size: 1e12 }, /intermediate_size is 1000000000000; at most/],
    ["tiny-llama", { num_key_value_heads: 1e9 }, /num_key_value_heads is 1000000000; at most 8192/],
    ["tiny-llama", { vocab_size: 1e9 }, /vocab_size is 1000000000; at most 16777216/],
    ["tiny-llama", { max_position_embeddings: 1e15 }, /max_position_embeddings is 1000000000000000; at most/],
    ["tiny-llama", { rms_norm_eps: 1e39 }, /rms_norm_eps is 1e\+39, which is beyond float32/],
    ["tiny-llama", { rope_scaling: { type: "linear", factor: 1e-310 } }, /linear" with theta 10000 gives positions/],
    ["tiny-gpt2", { n_layer: 5000 }, /n_layer is 5000; at most 1000/],
    ["tiny-roberta", { pad_token_id: 1_000_000_000 }, /pad_token_id is 1000000000, but vocab_size is 384/],
    ["tiny-roberta", { pad_token_id: 100 }, /-35 positions are left for a text/],
  ])("%s with %o", async (rig, change, message) => {
    await expect(read(rig, change)).rejects.toThrow(message);
  });

  test("a model of more blocks than its file has, by the first tensor that is missing", async () => {
    const folder = fixtureModel("tiny-llama");
    const config = JSON.stringify(await fixtureJson("models/tiny-llama/config.json")).replace(
      '"num_hidden_layers":2',
      '"num_hidden_layers":1000',
    );
    const bytes = new TextEncoder().encode(config);
    const file = { name: "config.json", size: bytes.length, read: async (a: number, b: number) => bytes.slice(a, b) };
    const open = async (name: string) => (name === "config.json" ? file : folder.open(name));
    await expect(readModel({ ...folder, open })).rejects.toThrow(/no tensor "model\.layers\.2\./);
  });
});

describe("null is left out", () => {
  test.each<[rig: string, keys: string[]]>([
    ["tiny-llama", ["num_key_value_heads", "head_dim", "attention_bias", "mlp_bias", "rope_scaling", "layer_types"]],
    ["tiny-roberta", ["is_decoder", "position_embedding_type", "type_vocab_size", "layer_norm_eps"]],
    ["tiny-gpt2", ["n_inner", "scale_attn_weights", "activation_function"]],
  ])("%s: %s", async (rig, keys) => {
    const json: Record<string, unknown> = await fixtureJson(`models/${rig}/config.json`);
    const without = Object.fromEntries(Object.entries(json).filter(([key]) => !keys.includes(key)));
    const unset = { ...without, ...Object.fromEntries(keys.map((key) => [key, null])) };
    expect(familyOf(unset).readConfig(unset)).toEqual(familyOf(without).readConfig(without));
  });

  test("but a size that is needed", async () => {
    await expect(read("tiny-llama", { hidden_size: null })).rejects.toThrow(
      /hidden_size: must be a number, and is missing/,
    );
  });
});
