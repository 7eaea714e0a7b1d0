/**
 * What keeps a training from going on as it was planned is said, and what would make it another
 * function is refused.
 */

import { describe, expect, it } from "vitest";
import type { AdapterFolder } from "../../../src/adapters/folder";
import { loraConfig } from "../../../src/adapters/forms/lora";
import { readAdapterFiles } from "../../../src/adapters/read";
import type { TrainingState } from "../../../src/adapters/training-state";
import { adapterFiles } from "../../../src/adapters/write";
import { fingerprint } from "../../../src/data/fingerprint";
import { checkpointOf, continuationNotices, trainingState } from "../../../src/folders/continuation";
import { checkSameRun, continuedConfiguration, recordedSetup } from "../../../src/folders/resumed-run";
import type { NamedTensor } from "../../../src/hub/write-safetensors";
import { familyOf } from "../../../src/models/registry";
import { trainingSchema } from "../../../src/plan/configuration";
import { fixtureJson } from "../../fixtures/reference";

const tensor = (name: string, shape: number[], value: number): NamedTensor => ({
  name,
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
});
const q = "model.layers.0.self_attn.q_proj";
const held = [
  tensor(`${q}.lora_A.weight`, [2, 3], 1),
  tensor(`${q}.lora_B.weight`, [4, 2], 2),
  tensor("score.weight", [2, 3], 3),
];
const controllerStates = [{ name: "mask", shape: [2] }];
const run = { trainables: held, controllerStates };
const valuesOf = (tensors: readonly NamedTensor[]) => new Map(tensors.map(({ name, data }) => [name, data]));
const checkpoint = {
  step: 10,
  tokens: 70,
  seconds: 1.5,
  flops: 9e6,
  values: valuesOf([...held.slice(0, 2), tensor("score.weight", [2, 3], 9)]),
  firstMoments: valuesOf(held),
  secondMoments: valuesOf(held),
  controllerStates: new Map([["mask", Float32Array.of(1, 0)]]),
};
const facts = { seed: 3, steps: 20, learningRateFactor: 1, trainRows: 7, dataFingerprint: "f" };
const training = { ...trainingSchema.parse({ seed: 3, steps: 20 }) };
const recorded = { name: "LoRA", method: "lora", options: { rank: 2, targets: ["q_proj"] }, learningRate: 1e-3 };

function folder(state?: TrainingState): AdapterFolder {
  return {
    config: loraConfig(
      { rank: 2, alpha: 2, targets: ["q_proj"], rankStabilised: false },
      { baseModel: "tiny-llama", fanInFanOut: false },
    ),
    tensors: held,
    modelCard: "",
    run: { run: recorded, configuration: { training } },
    ...(state && { state }),
  };
}

const json = await fixtureJson("models/tiny-llama/config.json");
const family = familyOf(json);
const model = { family, config: family.readConfig(json) };
const state = trainingState(run, checkpoint, held, facts);
const whole = folder(state);

describe("a training state", () => {
  it("comes back as it was written, values only where the adapter does not hold them", async () => {
    expect(state.values.map(({ name }) => name)).toEqual(["score.weight"]);
    const read = await readAdapterFiles(adapterFiles(whole));
    expect(read.state!.facts).toEqual({ ...facts, step: 10, tokens: 70, seconds: 1.5, flops: 9e6 });
    expect(checkpointOf("a", run, read.state!, held)).toEqual(checkpoint);
  });

  const without = (kind: "values" | "firstMoments" | "controllerStates", rest: NamedTensor[]) =>
    checkpointOf("a", run, { ...state, [kind]: rest }, held);
  it.each<[string, () => unknown, RegExp]>([
    ["a missing moment", () => without("firstMoments", []), /first moment of ".*lora_A\.weight" \[2,3\] is missing/],
    [
      "a moment of another shape",
      () => without("firstMoments", [tensor(held[0]!.name, [3, 2], 0), ...held.slice(1)]),
      /first moment of ".*lora_A\.weight" has shape \[3,2\] instead of \[2,3\]/,
    ],
    [
      "a moment too many",
      () => without("firstMoments", [...held, tensor("b", [1], 0)]),
      /first moment of "b" belongs to nothing that the run trains/,
    ],
    [
      "a controller's tensor missing",
      () => without("controllerStates", []),
      /controller's tensor of "mask" \[2\] is missing/,
    ],
  ])("%s is an error", (_, act, message) => {
    expect(act).toThrow(message);
  });

  it("needs its step in run.json, and knows every tensor", async () => {
    const files = adapterFiles(whole);
    const { "run.json": _, ...bare } = files;
    await expect(readAdapterFiles(bare)).rejects.toThrow(/"state" in run\.json, which has none/);
    const strange = { ...state, values: [], firstMoments: [], secondMoments: [], controllerStates: [] };
    const stray = {
      ...files,
      "training_state.safetensors": adapterFiles(folder(strange))["adapter_model.safetensors"]!,
    };
    await expect(readAdapterFiles(stray)).rejects.toThrow(/tensor ".*" belongs to no training state/);
  });
});

describe("notices", () => {
  const now = { training, learningRate: 1e-3, steps: 20, trainRows: 7, dataFingerprint: "f" };
  const before = recordedSetup(whole, model);

  it("none where all is as planned", () => {
    expect(continuationNotices(whole, before, now)).toEqual([]);
    const off = { ...now, training: { ...training, classWeights: "off" as const } };
    expect(continuationNotices(whole, before, off)).toEqual([]);
  });

  it.each<[string, Partial<typeof now>, RegExp]>([
    ["other rows", { dataFingerprint: "g", trainRows: 9 }, /rows are not those.*9 instead of 7/],
    ["more steps", { steps: 30 }, /planned for 20 steps and will now have 30/],
    ["another batch size", { training: { ...training, batchSize: 16 } }, /batchSize was 8 and is 16/],
    ["class weights", { training: { ...training, classWeights: "balanced" } }, /classWeights was off and is balanced/],
    ["by hand", { training: { ...training, classWeights: { a: 2 } } }, /classWeights was off and is \{"a":2\} from/],
    ["another rate", { learningRate: 2e-3 }, /learning rate was 0\.001 and is 0\.002/],
    ["another seed", { training: { ...training, seed: 5 } }, /seed it began with, 3, not 5/],
    ["the best kept", { training: { ...training, keepBest: true } }, /best evaluation is looked for from here on/],
  ])("%s", (_, change, message) => {
    expect(continuationNotices(whole, before, { ...now, ...change })).toEqual([expect.stringMatching(message)]);
  });

  it("a folder made elsewhere begins anew, with a fresh optimiser", () => {
    expect(continuationNotices(folder(), null, now)).toEqual([
      expect.stringMatching(/no training_state.*fresh optimiser/),
    ]);
  });

  it("tell rows apart by ids, labels, values and order", async () => {
    const row = (id: number, label: number) => ({ ids: Int32Array.of(id, 2), labels: Int32Array.of(label) });
    const prints = await Promise.all(
      [
        [row(1, 0), row(3, 1)],
        [row(3, 1), row(1, 0)],
        [row(1, 1), row(3, 0)],
        [row(1, 0)],
        [{ ...row(1, 0), values: Float32Array.of(1) }, row(3, 1)],
      ].map(fingerprint),
    );
    expect(new Set(prints).size).toBe(prints.length);
    expect(prints[0]).toBe(await fingerprint([row(1, 0), row(3, 1)]));
  });
});

describe("the configuration it goes on with", () => {
  const place = {
    model: "bundled:tiny",
    precision: "auto" as const,
    data: {
      task: "sequence-classification" as const,
      train: "a.csv",
      validation: 0.1,
      maxLength: 8,
      test: null,
      group: null,
      columns: { text: "text", textPair: null, label: "label" },
    },
    run: { ...recorded, name: "LoRA (imported)" },
  };

  it("is the recorded one up to the sum of steps", () => {
    const other = trainingSchema.parse({ batchSize: 64, seeds: 3 });
    const { training: continued } = continuedConfiguration(whole, place, 10, other);
    expect(continued).toEqual({ ...training, steps: 20 });
  });

  it("is the page's, from step 0, for a folder made elsewhere", () => {
    const foreign = { ...folder(), run: null };
    const { training: own } = continuedConfiguration(
      foreign,
      place,
      10,
      trainingSchema.parse({ batchSize: 64, seeds: 3 }),
    );
    expect(own).toMatchObject({ batchSize: 64, seeds: 1, steps: 10 });
  });

  it("has the recorded options, or is refused with both values", () => {
    checkSameRun(whole, recorded, model);
    const alpha = { ...recorded, options: { ...recorded.options, alpha: 99 } };
    expect(() => checkSameRun(whole, alpha, model)).toThrow(
      /alpha was 16 in the training it goes on with and is 99 now/,
    );
    expect(() => checkSameRun(whole, { ...recorded, frozenLayers: 1 }, model)).toThrow(/frozenLayers was 0.* is 1 now/);
    expect(() => checkSameRun(whole, { ...recorded, method: "dora" }, model)).toThrow(/method was "lora".*"dora" now/);
  });
});
