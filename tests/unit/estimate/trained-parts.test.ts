/** Which parts of the model a run changes, as the drawing on its card shows them. */

import { beforeAll, describe, expect, test } from "vitest";
import { type EstimateInput, estimate } from "../../../src/estimate/estimate";
import { linearParts } from "../../../src/estimate/trained-parts";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { openWeights } from "../../../src/hub/weights";
import { familyOf } from "../../../src/models/registry";
import { type RunConfiguration, trainingSchema } from "../../../src/plan/configuration";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson, fixtureModel } from "../../fixtures/reference";

let model: EstimateInput["model"];
let layers: number;

beforeAll(async () => {
  const json = await fixtureJson("models/tiny-llama/config.json");
  const family = familyOf(json);
  const { parameters } = await openWeights(fixtureModel("tiny-llama"), family.prefixes);
  const tokenizer = await openTokenizer(fixtureModel("tiny-llama"));
  model = { family, config: family.readConfig(json), tokenizer, poolings: family.poolings, parameters };
  layers = model.config.layers;
});

function partsOf(method: string, options: RunConfiguration["options"] = {}, own: Partial<RunConfiguration> = {}) {
  const { runs } = estimate({
    ...{ model, task: sequenceClassification, classes: 2, labels: ["no", "yes"], maxLength: 16, allowedBuffer: 1e9 },
    ...{ trainLengths: [5, 7], validationLengths: [6], training: trainingSchema.parse({ batchSize: 2, steps: 4 }) },
    runs: [{ name: "run", method, options, ...own }],
  });
  expect(runs[0]!.problem).toBeNull();
  const { parts, blocks } = runs[0]!.parts!;
  return { parts: [...parts].sort(), blocks };
}

const all = () => Array.from({ length: layers }, (_, block) => block);

describe("the parts that are lit", () => {
  test("of LoRA are its targets and no others, and the blocks that it is in", () => {
    expect(partsOf("lora")).toEqual({ parts: ["head", "queries", "values"], blocks: all() });
    expect(partsOf("lora", { targets: ["k_proj", "o_proj", "down_proj"] }).parts).toEqual([
      "attention output",
      "feed-forward",
      "head",
      "keys",
    ]);
    expect(partsOf("lora", { layers: "1" }).blocks).toEqual([1]);
    expect(partsOf("lora", { pattern: ".*\\.0\\.self_attn\\.q_proj" })).toEqual({
      parts: ["head", "queries"],
      blocks: [0],
    });
  });

  test.each([
    ["linear-probe", {}, []],
    ["hard-text", { text: "a text" }, []],
    ["prompt", { init: "random" }, ["prompt"]],
    ["prefix", { init: "random" }, ["prefix"]],
    ["sk-prefix", { text: "a text" }, ["prefix"]],
    ["sk-prefix", { text: "a text", preset: "reference-code" }, ["prefix"]],
    ["ia3", {}, ["feed-forward", "keys", "values"]],
    ["ln-tuning", {}, ["norm"]],
    ["adapter-houlsby", {}, ["module"]],
    ["mix-and-match", {}, ["module", "prefix"]],
  ] as const)("of %s with %j", (method, options, parts) => {
    expect(partsOf(method, options).parts.filter((part) => part !== "head")).toEqual(parts);
  });

  test("are less where blocks are frozen, and most of the model where all is trained", () => {
    expect(partsOf("lora", {}, { frozenLayers: 1 }).blocks).toEqual(all().slice(1));
    const { parts, blocks } = partsOf("full");
    expect(blocks).toEqual(all());
    for (const part of ["attention output", "embeddings", "feed-forward", "keys", "norm", "queries", "values"])
      expect(parts).toContain(part);
    expect(partsOf("last-layer").blocks).toEqual([layers - 1]);
  });

  test("of what trains nothing are none", () => {
    expect(partsOf("nearest-neighbours", { neighbours: 1 })).toEqual({ parts: [], blocks: [] });
  });
});

test.each([
  ["transformer.h.0.attn.c_attn", ["queries", "keys", "values"]],
  ["transformer.h.0.attn.c_proj", ["attention output"]],
  ["transformer.h.0.mlp.c_proj", ["feed-forward"]],
  ["encoder.layer.1.attention.self.query", ["queries"]],
  ["encoder.layer.1.attention.output.dense", ["attention output"]],
  ["encoder.layer.1.output.dense", ["feed-forward"]],
  ["transformer.layer.0.attention.k_lin", ["keys"]],
  ["layers.2.attn.Wqkv", ["queries", "keys", "values"]],
  ["layers.2.self_attn.v_proj", ["values"]],
  ["h.0.self_attention.query_key_value", ["queries", "keys", "values"]],
])("%s is %j", (path, parts) => {
  expect(linearParts(path)).toEqual(parts);
});
