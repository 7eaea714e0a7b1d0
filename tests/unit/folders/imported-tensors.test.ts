/**
 * What a folder that PEFT wrote gives to a run: the trained values of the fixtures, under the names
 * of its Program.
 */

import { describe, expect, test } from "vitest";
import { packPrefix } from "../../../src/adapters/packed-prefix";
import { readAdapterFiles } from "../../../src/adapters/read";
import { methodOf } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { elementCount } from "../../../src/program/tensor";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { importedValues } from "../../fixtures/imported-values";
import { fixtureFile, fixtureJson, fixtureTensors } from "../../fixtures/reference";

async function open(path: string, files: readonly string[]) {
  const read = await Promise.all(
    files.map(async (name) => {
      const file = await fixtureFile(`peft/${path}-sequence-classification/${name}`);
      return [name, await file.read(0, file.size)] as const;
    }),
  );
  return readAdapterFiles(Object.fromEntries(read));
}

const plain = ["adapter_config.json", "adapter_model.safetensors"];
const folded = [...plain, "sk_adapter.safetensors"];
const folds = (method: string) => method.startsWith("sk-");

const cases: [rig: string, name: string, method: string, options: object][] = [
  ["tiny-llama", "lora", "lora", { rank: 4, alpha: 8 }],
  ["tiny-llama", "lora-all", "lora", { rank: 2, targets: "all-linear" }],
  ["tiny-llama", "prefix", "prefix", { virtualTokens: 6 }],
  ["tiny-llama", "prompt", "prompt", { virtualTokens: 6 }],
  ["tiny-llama", "sk-prefix", "sk-prefix", {}],
  ["tiny-llama", "sk-prefix-shared", "sk-prefix", { shared: true }],
  ["tiny-llama", "sk-prefix-lowrank", "sk-prefix", { map: "lowRank", rank: 4 }],
  ["tiny-llama", "sk-prefix-diagonal", "sk-prefix", { map: "diagonal" }],
  ["tiny-llama", "sk-prompt", "sk-prompt", { rank: 8 }],
  ["tiny-llama", "sk-prompt-dense", "sk-prompt", { map: "dense" }],
  ["tiny-qwen2", "prefix", "prefix", { virtualTokens: 6 }],
  ["tiny-qwen2", "sk-prompt", "sk-prompt", { rank: 8 }],
  ["tiny-gpt2", "lora", "lora", { rank: 4 }],
  ["tiny-gpt2", "prefix", "prefix", { virtualTokens: 6 }],
  ["tiny-gpt2", "sk-prefix", "sk-prefix", {}],
];

describe("values of a PEFT folder", () => {
  test.each(cases)("%s %s: every trained tensor of the method, as PyTorch left it", async (rig, name, id, options) => {
    const json = await fixtureJson(`models/${rig}/config.json`);
    const family = familyOf(json);
    const config = family.readConfig(json);
    const adapter = await open(`${rig}/${name}`, folds(id) ? folded : plain);
    const values = importedValues(adapter, config.layers, folds(id) ? "folded" : "trained");

    const path = `cases/${rig}/${name}-sequence-classification`;
    const { labels, virtualTokens } = await fixtureJson(`${path}.json`);
    const method = methodOf(id);
    const textIds = Array.from({ length: virtualTokens ?? 0 }, (_, place) => place);
    const context = { family, config, textIds, randomIds: () => [] };
    const setup = {
      method,
      options: method.options(context).parse(options),
      context,
      task: sequenceClassification,
      classes: labels.length,
    };
    const { program } = buildTunedProgram({ ...setup, pooling: "last" }, 1, 2);
    const sizes = Object.fromEntries([...values].map(([tensor, data]) => [tensor, data.length]));
    expect(sizes).toEqual(
      Object.fromEntries(program.trainables.map((tensor) => [tensor.name, elementCount(tensor.shape)])),
    );

    const trained = await fixtureTensors(`${path}.safetensors`);
    const final = [...trained.values()].filter((tensor) => tensor.name.startsWith("final."));
    expect(final.length).toBeGreaterThan(0);
    for (const { name: full, data, shape } of final) {
      const tensor = full.slice("final.".length);
      if (id !== "prefix" || tensor !== "prompt_embeddings") {
        expect(values.get(tensor), tensor).toEqual(data);
        continue;
      }
      const parts = (kind: string) =>
        Array.from({ length: config.layers }, (_, layer) => values.get(`prefix.${kind}.${layer}`)!);
      expect(packPrefix(parts("keys"), parts("values"), shape[0]!)).toEqual(data);
    }
  });

  test("without what was folded into it, training cannot go on: said with the file", async () => {
    const adapter = await open("tiny-llama/sk-prefix", plain);
    expect(() => importedValues(adapter, 2, "folded")).toThrow(/no sk_adapter\.safetensors/);
  });

  test("a folded prefix can be gone on with as a free one", async () => {
    const adapter = await open("tiny-llama/sk-prefix", folded);
    const values = importedValues(adapter, 2, "trained");
    expect([...values.keys()].sort()).toEqual([
      "prefix.keys.0",
      "prefix.keys.1",
      "prefix.values.0",
      "prefix.values.1",
      "score.weight",
    ]);
  });
});
