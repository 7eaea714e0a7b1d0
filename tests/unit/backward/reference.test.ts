/**
 * Programs of the tiny models, forward and backward in float64, against PyTorch's float64 run: logits, loss and the gradient
 * of every trained tensor. It proves families, methods, operations and plans without a GPU; kernels and onnxruntime are
 * compared with the same numbers in `tests/gpu/reference.test.ts`.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { unpackPrefix } from "../../../src/adapters/peft-names";
import { methodOf } from "../../../src/methods/registry";
import { semanticNames } from "../../../src/methods/semantic";
import type { Family, ModelConfig } from "../../../src/models/family";
import { familyOf } from "../../../src/models/registry";
import { Program } from "../../../src/program/program";
import { elementCount } from "../../../src/program/tensor";
import { initialValues } from "../../../src/training/parameters";
import { buildTunedProgram, type TunedProgram } from "../../../src/training/tuned-program";
import { type FixtureTensor, fixtureJson, fixtureTensors } from "../../fixtures/reference";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";

type Rig = "tiny-llama" | "tiny-qwen2" | "tiny-qwen3" | "tiny-gpt2";
type Tensors = Map<string, FixtureTensor>;

/** What is used of a case's JSON. */
interface Described {
  text: string;
  labels: string[];
  pooling: "last" | "mean";
}

const cases: Record<Rig, Record<string, { method: string; options: object }>> = {
  "tiny-llama": {
    "linear-probe": { method: "linear-probe", options: {} },
    "hard-text": { method: "hard-text", options: {} },
    "sk-prefix": { method: "sk-prefix", options: {} },
    "sk-prefix-shared": { method: "sk-prefix", options: { shared: true } },
    "sk-prefix-lowrank": { method: "sk-prefix", options: { map: "lowRank", rank: 4 } },
    "sk-prefix-diagonal": { method: "sk-prefix", options: { map: "diagonal" } },
    "sk-prefix-mean": { method: "sk-prefix", options: {} },
    "sk-prompt": { method: "sk-prompt", options: { rank: 8 } },
    "sk-prompt-dense": { method: "sk-prompt", options: { map: "dense" } },
    "sk-prompt-depth1": { method: "sk-prompt", options: { rank: 8, depth: 1 } },
    "sk-prompt-mean": { method: "sk-prompt", options: { rank: 8 } },
    lora: { method: "lora", options: { rank: 4, alpha: 8 } },
    "lora-all": { method: "lora", options: { rank: 2, alpha: 4, targets: "all-linear" } },
    rslora: { method: "lora", options: { rank: 4, alpha: 8, rankStabilised: true } },
    prompt: { method: "prompt", options: { virtualTokens: 6 } },
    prefix: { method: "prefix", options: { virtualTokens: 6 } },
    "p-tuning-lstm": {
      method: "p-tuning",
      options: { virtualTokens: 4, encoder: "lstm", hidden: 8 },
    },
    "p-tuning-template": {
      method: "p-tuning",
      options: { template: "{p:3} {text} {p:2}", hidden: 24 },
    },
    dept: { method: "dept", options: { virtualTokens: 3, positions: 40, rank: 2, alpha: 3, pairRate: 0.5 } },
    ept: {
      method: "ept",
      options: {
        virtualTokens: 3,
        positions: 40,
        rank: 2,
        alpha: 3,
        pairRate: 0.5,
        fusion: 4,
        spaces: 2,
        spaceRank: 2,
      },
    },
    cpt: { method: "cpt", options: { epsilon: 0.1 } },
    "sk-encoder-code": { method: "sk-prefix", options: { preset: "encoder-code" } },
    "sk-encoder-code-pooled": { method: "sk-prefix", options: { preset: "encoder-code", pooled: true } },
    "sk-prompt-encoder-code": { method: "sk-prompt", options: { preset: "encoder-code", pooled: true } },
    ptec: { method: "ptec", options: { virtualTokens: 4, headRate: 0.1 } },
    dora: { method: "dora", options: { rank: 4, alpha: 8 } },
    ia3: { method: "ia3", options: {} },
    "ln-tuning": { method: "ln-tuning", options: {} },
    "adapter-houlsby": { method: "adapter-houlsby", options: { bottleneck: 8 } },
    "adapter-pfeiffer": { method: "adapter-pfeiffer", options: { bottleneck: 8, residual: false } },
    "adapter-pfeiffer-residual": { method: "adapter-pfeiffer", options: { bottleneck: 8 } },
    "adapter-parallel": { method: "adapter-parallel", options: { bottleneck: 8, residual: false } },
    "adapter-parallel-residual": { method: "adapter-parallel", options: { bottleneck: 8 } },
  },
  "tiny-qwen2": {
    bitfit: { method: "bitfit", options: {} },
    "linear-probe": { method: "linear-probe", options: {} },
    "sk-prefix": { method: "sk-prefix", options: {} },
    "sk-prompt": { method: "sk-prompt", options: { rank: 8 } },
    lora: { method: "lora", options: { rank: 4, alpha: 8 } },
    prefix: { method: "prefix", options: { virtualTokens: 6 } },
  },
  "tiny-qwen3": {
    "sk-prefix": { method: "sk-prefix", options: {} },
    "sk-prompt": { method: "sk-prompt", options: { rank: 8 } },
    lora: { method: "lora", options: { rank: 4, alpha: 8 } },
    prefix: { method: "prefix", options: { virtualTokens: 6 } },
  },
  "tiny-gpt2": {
    bitfit: { method: "bitfit", options: {} },
    "linear-probe": { method: "linear-probe", options: {} },
    "sk-prefix": { method: "sk-prefix", options: {} },
    "sk-prompt": { method: "sk-prompt", options: { rank: 8 } },
    lora: { method: "lora", options: { rank: 4, alpha: 8 } },
    prefix: { method: "prefix", options: { virtualTokens: 6 } },
  },
};

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  const norm = (of: (index: number) => number) => Math.hypot(...Array.from(a, (_, index) => of(index)));
  return (
    norm((index) => a[index]! - b[index]!) /
    Math.max(
      norm((index) => b[index]!),
      1e-12,
    )
  );
};

describe.each(Object.keys(cases) as Rig[])("%s", (rig) => {
  let family: Family;
  let config: ModelConfig;
  let weights: Map<string, Float64Array>;

  beforeAll(async () => {
    const json = await fixtureJson(`models/${rig}/config.json`);
    family = familyOf(json);
    config = family.readConfig(json);
    weights = new Map(
      [...(await fixtureTensors(`models/${rig}/model.safetensors`)).values()].map(({ name, data }) => [
        name,
        Float64Array.from(data),
      ]),
    );
  });

  /** What the frozen model computes for a text, by the names that methods ask for. */
  const semantics = (textIds: readonly number[]): Map<string, Float64Array> => {
    const program = new Program();
    const ids = program.constant("ids", [textIds.length], () => Int32Array.from(textIds), "int32");
    const built = family.build(program, config, ids, { size: 1, tokens: textIds.length }, {});
    const outputs = [...built.keys, ...built.values, ...built.states, built.hidden];
    const value = evaluate(program, weights, outputs);
    return new Map([
      ...built.keys.map((tensor, layer) => [semanticNames.keys(layer), value(tensor)] as const),
      ...built.values.map((tensor, layer) => [semanticNames.values(layer), value(tensor)] as const),
      ...built.states.map((tensor, depth) => [semanticNames.states(depth), value(tensor)] as const),
      [semanticNames.hidden, value(built.hidden)] as const,
    ]);
  };

  const build = (
    method: string,
    options: object,
    described: Described,
    tensors: Tensors,
    textIds: readonly number[],
  ) => {
    const chosen = methodOf(method);
    const text = chosen.text(chosen.options({ family, config }).parse({})) === null ? {} : { text: described.text };
    const parsed = chosen.options({ family, config }).parse({ ...options, ...text });
    const randomIds = (count: number) => Array.from({ length: count }, (_, id) => id);
    const lockedIds = [...(tensors.get("semantic.locked")?.data ?? [])].map(Boolean);
    const context = { family, config, textIds, lockedIds, randomIds };
    const setup = {
      method: chosen,
      options: parsed,
      context,
      classes: described.labels.length,
      pooling: described.pooling,
    };
    const [size, tokens] = tensors.get("batch.0.input_ids")!.shape as [number, number];
    return buildTunedProgram(setup, size, tokens);
  };

  /** Everything the Program reads: weights, batch 0, the text's states and these trained values. */
  const leavesOf = (tensors: Tensors, textIds: readonly number[], trained: ReadonlyMap<string, ArrayLike<number>>) => {
    const { data, shape } = tensors.get("batch.0.attention_mask")!;
    const [size, tokens] = shape as [number, number];
    const lengths = Array.from({ length: size }, (_, row) =>
      (data as Int32Array).subarray(row * tokens, (row + 1) * tokens).reduce((sum, bit) => sum + bit, 0),
    );
    return new Map<string, ArrayLike<number>>([
      ...weights,
      ...(textIds.length > 0 ? semantics(textIds) : []),
      ["input_ids", tensors.get("batch.0.input_ids")!.data],
      ["lengths", lengths],
      ...trained,
    ]);
  };

  /** The fixture's trained tensors of one kind; PEFT's one prefix tensor is cut into keys and values per layer. */
  const part = (tensors: Tensors, kind: "initial" | "gradient64", method: string): Map<string, ArrayLike<number>> => {
    const found = new Map<string, ArrayLike<number>>();
    for (const [full, { data, shape }] of tensors) {
      if (!full.startsWith(`${kind}.`)) continue;
      const name = full.slice(kind.length + 1);
      if (method !== "prefix" || name !== "prompt_embeddings") {
        found.set(name, data);
        continue;
      }
      const { keys, values } = unpackPrefix(Float32Array.from(data), config.layers, shape[0]!);
      keys.forEach((rows, layer) => void found.set(`prefix.keys.${layer}`, rows));
      values.forEach((rows, layer) => void found.set(`prefix.values.${layer}`, rows));
    }
    return found;
  };

  const idsOf = (tensors: Tensors) => [...(tensors.get("semantic.input_ids")?.data ?? [])];

  test.each(Object.entries(cases[rig]))("%s: logits, loss and gradients are PyTorch's", async (name, setup) => {
    const path = `cases/${rig}/${name}-sequence-classification`;
    const described = await fixtureJson(`${path}.json`);
    const tensors = await fixtureTensors(`${path}.safetensors`);
    const textIds = idsOf(tensors);
    const tuned = build(setup.method, setup.options, described, tensors, textIds);
    const initial = part(tensors, "initial", setup.method);
    expect(tuned.program.trainables.map((tensor) => tensor.name).sort()).toEqual([...initial.keys()].sort());
    expect(tuned.virtualTokens).toBe(described.virtualTokens ?? 0);

    const value = evaluate(tuned.program, leavesOf(tensors, textIds, initial), [tuned.logits]);
    const logits = value(tuned.logits);
    expect(distance(logits, tensors.get("logits")!.data)).toBeLessThan(2e-5);
    const { loss, seed } = crossEntropy(logits, tensors.get("batch.0.labels")!.data, described.labels.length);
    expect(Math.abs(loss - described.lossTrace64[0]) / loss).toBeLessThan(1e-6);

    const gradients = runBackward(tuned.plan, value, seed);
    const expected = part(tensors, "gradient64", setup.method);
    expect([...gradients.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [tensor, gradient] of expected) {
      const zero = described.trainables.find(
        (trainable: { name: string }) => trainable.name === tensor,
      )?.gradientIsZero;
      if (zero) expect(Math.max(...gradients.get(tensor)!.map(Math.abs))).toBeLessThan(1e-6);
      else expect(distance(gradients.get(tensor)!, gradient), `gradient of ${tensor}`).toBeLessThan(3e-6);
    }
  });

  test.each([
    ["sk-prefix", {}],
    ["sk-prefix", { shared: true }],
    ["sk-prefix", { map: "lowRank" }],
    ["sk-prefix", { map: "diagonal" }],
    ["sk-prompt", {}],
    ["sk-prompt", { map: "dense" }],
    ["sk-prompt", { map: "diagonal" }],
  ] as const)("step 0 of %s %o equals the hard text", async (method, options) => {
    const path = `cases/${rig}/sk-prefix-sequence-classification`;
    const described = await fixtureJson(`${path}.json`);
    const tensors = await fixtureTensors(`${path}.safetensors`);
    const textIds = idsOf(tensors);
    const logits = (tuned: TunedProgram) => {
      const trained = new Map(tuned.program.trainables.map((tensor) => [tensor.name, initialValues(tensor, 5)]));
      return evaluate(tuned.program, leavesOf(tensors, textIds, trained), [tuned.logits])(tuned.logits);
    };
    const hard = logits(build("hard-text", {}, described, tensors, textIds));
    const probe = logits(build("linear-probe", {}, described, tensors, textIds));
    const soft = logits(build(method, options, described, tensors, textIds));
    expect(distance(soft, hard)).toBeLessThan(1e-9);
    expect(distance(probe, hard)).toBeGreaterThan(1e-3);
  });

  test("a padded row's logits do not depend on what its padding is", async () => {
    const path = `cases/${rig}/lora-sequence-classification`;
    const described = await fixtureJson(`${path}.json`);
    const tensors = await fixtureTensors(`${path}.safetensors`);
    const tuned = build("lora", { rank: 4, alpha: 8 }, described, tensors, []);
    const leaves = leavesOf(tensors, [], part(tensors, "initial", "lora"));
    const first = evaluate(tuned.program, leaves, [tuned.logits])(tuned.logits);
    const mask = tensors.get("batch.0.attention_mask")!.data;
    const other = Float64Array.from(leaves.get("input_ids")!, (id, index) => (mask[index] === 1 ? id : 77));
    expect(other).not.toEqual(Float64Array.from(leaves.get("input_ids")!));
    const second = evaluate(tuned.program, new Map([...leaves, ["input_ids", other]]), [tuned.logits])(tuned.logits);
    expect(second).toEqual(first);
    expect(elementCount(tuned.logits.shape)).toBe(first.length);
  });
});

/** Mean negative log-likelihood over the rows, and its gradient with respect to the logits. */
function crossEntropy(logits: Float64Array, labels: ArrayLike<number>, classes: number) {
  const rows = labels.length;
  const seed = new Float64Array(logits.length);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    const total = own.reduce((sum, logit) => sum + Math.exp(logit), 0);
    loss -= (own[labels[row]!]! - Math.log(total)) / rows;
    own.forEach((logit, index) => {
      seed[row * classes + index] = (Math.exp(logit) / total - (index === labels[row] ? 1 : 0)) / rows;
    });
  }
  return { loss, seed };
}
