import { describe, expect, it } from "vitest";
import { readTensor } from "../../../src/hub/safetensors-values";
import { openWeights } from "../../../src/hub/weights";
import { writeSafetensors } from "../../../src/hub/write-safetensors";
import { families } from "../../../src/models/registry";
import { fixtureModel } from "../../fixtures/reference";
import { memoryFolder } from "./memory-folder";

const tensor = (name: string, shape: number[], start = 0) => ({
  name,
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => start + i),
});

describe("weights", () => {
  it("of a single file are found with and without the class prefix", async () => {
    const weights = await openWeights(fixtureModel("tiny-llama"), ["model."]);
    expect(weights.get("model.norm.weight", [48]).name).toBe("model.norm.weight");
    expect(weights.get("norm.weight", [48]).name).toBe("model.norm.weight");
    expect(weights.find("lm_head.weight")).toBeNull();
    const old = await openWeights(
      memoryFolder({ "model.safetensors": writeSafetensors([tensor("h.0.ln_1.weight", [3])]) }),
      ["transformer."],
    );
    expect(old.get("transformer.h.0.ln_1.weight", [3]).name).toBe("h.0.ln_1.weight");
    expect(old.parameters).toBe(3);
  });

  it.each([
    ["model.decoder.layers.0.fc1.weight", "decoder.layers.0.fc1.weight", "opt"],
    ["model.decoder.layers.0.fc1.weight", "layers.0.fc1.weight", "opt"],
    ["gpt_neox.layers.0.attention.dense.weight", "layers.0.attention.dense.weight", "gpt_neox"],
    ["transformer.word_embeddings.weight", "word_embeddings.weight", "bloom"],
    ["layers.0.mlp.fc1.weight", "model.layers.0.mlp.fc1.weight", "llama"],
  ])("%s is found as %s", async (name, stored, family) => {
    const { prefixes } = families.find(({ id }) => id === family)!;
    const weights = await openWeights(
      memoryFolder({ "model.safetensors": writeSafetensors([tensor(stored, [2]), tensor("other.weight", [3])]) }),
      prefixes,
    );
    expect(weights.get(name, [2]).name).toBe(stored);
  });

  it("name the tensor that is missing, and both shapes of a wrong one", async () => {
    const weights = await openWeights(fixtureModel("tiny-llama"), ["model."]);
    expect(() => weights.get("model.layers.7.mlp.up_proj.weight", [128, 48])).toThrow(
      /no tensor "model\.layers\.7\.mlp\.up_proj\.weight" \(expected shape \[128,48\]\)/,
    );
    expect(() => weights.get("model.norm.weight", [96])).toThrow(
      /model\.safetensors: tensor "model\.norm\.weight" has shape \[48\], but config\.json asks for \[96\]/,
    );
    expect(() => weights.get("model.norm.weight", [48, 1])).toThrow(/has shape \[48\].*\[48,1\]/);
  });

  const first = writeSafetensors([tensor("a", [2, 3], 10), tensor("b", [4], 20)]);
  const second = writeSafetensors([tensor("c", [5], 30)]);
  const names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;
  const index = { weight_map: { a: names[0], b: names[0], c: names[1] } };

  it("of shards are one lookup", async () => {
    const weights = await openWeights(
      memoryFolder({ "model.safetensors.index.json": index, [names[0]]: first, [names[1]]: second }),
      [],
    );
    expect([...weights.names].sort()).toEqual(["a", "b", "c"]);
    expect(weights.fileBytes).toBe(first.length + second.length);
    expect([...(await readTensor(weights.get("c", [5])))]).toEqual([30, 31, 32, 33, 34]);
  });

  it.each([
    ["no weights at all", {}, /neither model\.safetensors nor model\.safetensors\.index\.json/],
    ["a missing shard", { "model.safetensors.index.json": index, [names[0]]: first }, /00002-of-00002.*does not have/],
    [
      "a tensor that is not where the index says",
      { "model.safetensors.index.json": { weight_map: { d: names[0] } }, [names[0]]: first },
      /tensor "d" is in model-00001-of-00002\.safetensors, but it is not/,
    ],
    [
      "a shard outside the folder",
      { "model.safetensors.index.json": { weight_map: { a: "../../etc/model.safetensors" } } },
      /not a plain \.safetensors file name/,
    ],
    [
      "a shard outside the folder, in disguise",
      { "model.safetensors.index.json": { weight_map: { a: "%2e%2e%2fx.safetensors" } } },
      /not a plain/,
    ],
    ["an index without a map", { "model.safetensors.index.json": {} }, /no weight_map/],
  ])("%s is an error", async (_, files, message) => {
    await expect(openWeights(memoryFolder(files as Record<string, Uint8Array>), [])).rejects.toThrow(message);
  });

  it("that hold more of a block than is read are refused; heads and computed buffers are not", async () => {
    const names = [
      "h.0.attn.c_attn.weight",
      "h.0.attn.bias",
      "h.0.attn.masked_bias",
      "lm_head.weight",
      "pooler.dense.bias",
    ];
    const weights = async (more: string[]) =>
      openWeights(
        memoryFolder({ "model.safetensors": writeSafetensors([...names, ...more].map((name) => tensor(name, [2]))) }),
        ["transformer."],
      );
    const check = (opened: Awaited<ReturnType<typeof weights>>) =>
      opened.checkUnused(new Set([opened.get("transformer.h.0.attn.c_attn.weight", [2])]));
    const fine = await weights([]);
    expect(() => check(fine)).not.toThrow();
    const deeper = await weights(["h.1.attn.c_attn.weight", "h.1.ln_1.weight"]);
    expect(() => check(deeper)).toThrow(
      /model\.safetensors: tensor "h\.1\.attn\.c_attn\.weight" and 1 more like it are part of a block, but not of the model/,
    );
    const biased = await weights(["h.0.attn.c_attn.bias"]);
    expect(() => check(biased)).toThrow(/tensor "h\.0\.attn\.c_attn\.bias" is part of a block/);
  });
});
