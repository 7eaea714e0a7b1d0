/**
 * Freezing lower layers and rates by layer: counts, what the backward pass does, and the rates, for
 * methods at every site.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { norm } from "../../../src/data/norm";
import { type EstimateInput, estimate } from "../../../src/estimate/estimate";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { openWeights } from "../../../src/hub/weights";
import { methodOf } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { trainingSchema } from "../../../src/plan/configuration";
import { type LayerStrategy, layerRates } from "../../../src/plan/layer-rates";
import type { Tensor } from "../../../src/program/tensor";
import { methodContext, parseOptions } from "../../../src/runs/resolve";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson, fixtureModel } from "../../fixtures/reference";
import { AdamW } from "../interpreter/adamw";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";
import { startValues, tinyModel, tinySetup } from "../interpreter/tiny-model";

let model: EstimateInput["model"];

beforeAll(async () => {
  const json = await fixtureJson("models/tiny-llama/config.json");
  const family = familyOf(json);
  const { parameters } = await openWeights(fixtureModel("tiny-llama"), family.prefixes);
  const tokenizer = await openTokenizer(fixtureModel("tiny-llama"));
  model = { family, config: family.readConfig(json), tokenizer, poolings: family.poolings, parameters };
});

function build(id: string, layers: LayerStrategy, options: Record<string, unknown> = {}) {
  const method = methodOf(id);
  const parsed = parseOptions(model, { name: id, method: id, options });
  const context = methodContext(model, method, parsed, 0);
  return buildTunedProgram(
    { method, options: parsed, context, task: sequenceClassification, classes: 3, pooling: "last", layers },
    2,
    6,
  );
}

const adapterOf = ({ program }: ReturnType<typeof build>) =>
  program.trainables.filter(({ part }) => part === "adapter");
const count = (built: ReturnType<typeof build>) =>
  adapterOf(built).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

const methods = ["lora", "dora", "vera", "ia3", "adapter-houlsby", "mix-and-match", "prefix", "sk-prefix", "unified"];

/** The estimate of one run. */
function estimated(method: string, frozenLayers: number, allowedBuffer = 1e9) {
  const input = {
    model,
    task: sequenceClassification,
    classes: 3,
    trainLengths: [4, 9],
    validationLengths: [5],
    maxLength: 16,
    allowedBuffer,
  };
  const training = trainingSchema.parse({ batchSize: 2, steps: 4 });
  return estimate({ ...input, training, runs: [{ name: method, method, options: {}, frozenLayers }] }).runs[0]!;
}

test("full fine-tuning takes 16 bytes per parameter, said before it starts, and is refused where a tensor is too large", () => {
  const { trainable, bytes } = estimated("full", 0);
  expect(trainable.adapter).toBe(model.parameters);
  expect(bytes.adapter + bytes.gradients + bytes.optimizer).toBe(16 * trainable.total);
  const table = 384 * 48 * 4;
  expect(estimated("full", 0, table).problem).toBeNull();
  expect(estimated("full", 0, table - 1).problem).toBe(
    `It would train "model.embed_tokens.weight", which needs ${table} bytes in one buffer; this device allows ${table - 1}. ` +
      `All that it trains takes ${16 * trainable.total} bytes with gradients and AdamW's moments. Freeze layers, or choose a ` +
      "method that trains less.",
  );
});

describe("frozen lower layers", () => {
  test.each(methods)("%s: half the blocks, half the count, a shorter backward pass", (id) => {
    const [all, half, none] = [0, 1, 2].map((frozenLayers) => build(id, { frozenLayers }));
    expect(count(all!)).toBeGreaterThan(0);
    expect(count(half!)).toBe(count(all!) / 2);
    expect(count(none!)).toBe(0);
    const dispatches = [all!, half!, none!].map(({ backward }) => backward.dispatches.length);
    expect(dispatches[0]).toBeGreaterThan(dispatches[1]!);
    expect(dispatches[1]).toBeGreaterThan(dispatches[2]!);
    expect(dispatches[2]).toBe(build("linear-probe", {}).backward.dispatches.length);
    expect(half!.backward.trained.some(({ name }) => /layers\.0\.|\.0$/.test(name))).toBe(false);
    expect(half!.backward.saved.some(({ name }) => name.startsWith("layers.0."))).toBe(false);
  });

  test("full fine-tuning: the embeddings are frozen with them, the last norm last", () => {
    const names = (frozenLayers: number) => adapterOf(build("full", { frozenLayers })).map(({ name }) => name);
    expect(names(0)).toContain("model.embed_tokens.weight");
    expect(names(1)).not.toContain("model.embed_tokens.weight");
    expect(names(1)).toContain("model.norm.weight");
    const last = adapterOf(build("last-layer", {})).map(({ name }) => name);
    expect(names(1).sort()).toEqual([...last, "model.norm.weight"].sort());
    expect(names(2)).toEqual([]);
  });

  test("the estimate says so, and what cannot be is refused with both numbers", () => {
    expect(estimated("lora", 1).trainable.adapter).toBe(estimated("lora", 0).trainable.adapter / 2);
    expect(estimated("lora", 3).problem).toBe("3 frozen layers are more than the model's 2. Freeze 2 at most.");
    expect(estimated("prompt", 1).problem).toMatch(
      /^Prompt tuning trains at the input, below every block: with 1 frozen/,
    );
  });
});

test("half fine-tuning's list of matrices is what it trains, without frozen blocks", () => {
  const listed = (frozenLayers: number) =>
    estimated("half-fine-tuning", frozenLayers).chosen.flatMap(({ rounds }) => rounds[0]!);
  for (const frozenLayers of [0, 1]) {
    const modules = adapterOf(build("half-fine-tuning", { frozenLayers })).map(({ name }) =>
      name.replace(/\.\w+$/, ""),
    );
    expect(listed(frozenLayers).sort()).toEqual([...new Set(modules)].sort());
  }
  expect(listed(1).length).toBeLessThan(listed(0).length);
  expect(estimated("lora", 0).chosen).toEqual([]);
});

describe("learning rates by layer", () => {
  test("follow ρ^(L − ℓ) for every tensor, on top of a method's own", () => {
    const scales = (id: string, options = {}) =>
      new Map(
        build(id, { layerDecay: 0.5 }, options).program.trainables.map((one) => [one.name, one.learningRateScale]),
      );
    const full = scales("full");
    expect(full.get("score.weight")).toBe(1);
    expect(full.get("model.norm.weight")).toBe(1);
    expect(full.get("model.layers.1.mlp.up_proj.weight")).toBe(1);
    expect(full.get("model.layers.0.input_layernorm.weight")).toBe(0.5);
    expect(full.get("model.embed_tokens.weight")).toBe(0.25);
    const lora = scales("lora", { learningRateRatio: 16 });
    expect(lora.get("model.layers.0.self_attn.q_proj.lora_A.weight")).toBe(0.5);
    expect(lora.get("model.layers.0.self_attn.q_proj.lora_B.weight")).toBe(8);
    // LoRA+ is about B beside linears: both matrices of word embeddings keep the embeddings' rate.
    const beside = scales("lora", { learningRateRatio: 16, targets: ["embed_tokens", "q_proj"] });
    expect(beside.get("model.embed_tokens.lora_embedding_A")).toBe(0.25);
    expect(beside.get("model.embed_tokens.lora_embedding_B")).toBe(0.25);
    expect(beside.get("model.layers.0.self_attn.q_proj.lora_B.weight")).toBe(8);
    expect(scales("prefix").get("prefix.keys.0")).toBe(0.5);
    expect(scales("prompt").get("prompt_embeddings")).toBe(0.25);
  });

  test("the first update follows them: SGD's norms, and AdamW's", async () => {
    const tiny = await tinyModel("tiny-llama");
    const leaves = new Map<string, ArrayLike<number>>([
      ...tiny.weights,
      ["input_ids", [5, 9, 20, 33, 1, 7, 80, 120]],
      ["lengths", [3, 4]],
    ]);
    const seed = Float64Array.from({ length: 6 }, (_, index) => Math.cos(index + 1));
    /** By tensor, how far its first update goes. */
    const updates = (id: string, layerDecay: number, adam: boolean) => {
      const tuned = buildTunedProgram(tinySetup(tiny, { name: id, method: id, options: {}, layerDecay }, [], 3), 2, 4);
      const { program, backward, logits } = tuned;
      const start = startValues(tuned, leaves);
      const computed = evaluate(program, new Map([...leaves, ...start]), [logits, ...backward.saved]);
      const held = new Map([...leaves, ...start]);
      const value = (tensor: Tensor) =>
        held.has(tensor.name) ? Float64Array.from(held.get(tensor.name)!) : Float64Array.from(computed(tensor));
      const gradients = runBackward(backward, value, seed);
      const before = new Map(program.trainables.map(({ name }) => [name, Float64Array.from(start.get(name)!)]));
      const after = new Map([...before].map(([name, values]) => [name, values.slice()]));
      if (adam) new AdamW(program.trainables, { learningRate: 0.01, weightDecay: 0 }).update(after, gradients);
      else {
        for (const { name, learningRateScale } of program.trainables) {
          gradients.get(name)!.forEach((g, i) => {
            after.get(name)![i]! -= 0.01 * learningRateScale * g;
          });
        }
      }
      return new Map([...before].map(([name, values]) => [name, norm(values.map((v, i) => v - after.get(name)![i]!))]));
    };
    for (const [id, adam] of [
      ["full", false],
      ["full", true],
      ["ia3", false],
    ] as const) {
      const [even, falling] = [1, 0.5].map((decay) => updates(id, decay, adam));
      const ratios = new Map([...even!].map(([name, length]) => [name, falling!.get(name)! / length]));
      expect(ratios.size).toBeGreaterThan(4);
      for (const [name, ratio] of ratios) {
        const block = /layers\.(\d+)\./.exec(name)?.[1];
        const below = block !== undefined ? 1 - Number(block) : name.includes("embed_tokens") ? 2 : 0;
        expect(ratio, name).toBeCloseTo(0.5 ** below, 5);
      }
    }
  });

  test("the table is what the tensors have", () => {
    expect(layerRates(1e-3, 2, { layerDecay: 0.5 })).toEqual([
      { layer: "head", learningRate: 1e-3 },
      { layer: "block 2", learningRate: 1e-3 },
      { layer: "block 1", learningRate: 5e-4 },
      { layer: "input", learningRate: 2.5e-4 },
    ]);
    expect(layerRates(1e-3, 2, { frozenLayers: 1 }).map(({ learningRate }) => learningRate)).toEqual([
      1e-3, 1e-3, 0, 0,
    ]);
  });
});
