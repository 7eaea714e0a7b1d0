/**
 * Programs of the tiny models, forward and backward in float64, against PyTorch's float64 run:
 * logits, loss, the gradient of every trained tensor, and the losses of 20 AdamW updates. It proves
 * families, methods, operations and plans without a GPU; kernels and onnxruntime are compared with
 * the same numbers in `tests/training/reference.test.ts`.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { loadedSpecs } from "../../../src/base/read-model";
import { readTensor } from "../../../src/hub/safetensors-values";
import { openWeights } from "../../../src/hub/weights";
import { methodOf } from "../../../src/methods/registry";
import { semanticNames } from "../../../src/methods/semantic";
import type { Family, ModelConfig, Pooling } from "../../../src/models/family";
import { familyOf } from "../../../src/models/registry";
import { Program } from "../../../src/program/program";
import { elementCount } from "../../../src/program/tensor";
import { initialValues } from "../../../src/runs/parameters";
import { buildTunedProgram, type TunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { decaysIn, type FixtureTensor, fixtureJson, fixtureModel, fixtureTensors } from "../../fixtures/reference";
import { type ReferenceCase, type Rig, referenceCases } from "../../fixtures/reference-cases";
import { trainedParts } from "../../training/trained-parts";
import { AdamW } from "../interpreter/adamw";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";

type Tensors = Map<string, FixtureTensor>;

/** What is used of a case's JSON. */
interface Described {
  text: string;
  labels: string[];
  pooling: Pooling;
}

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

describe.each(Object.keys(referenceCases) as Rig[])("%s", (rig) => {
  let family: Family;
  let config: ModelConfig;
  let weights: Map<string, Float64Array>;

  beforeAll(async () => {
    const json = await fixtureJson(`models/${rig}/config.json`);
    family = familyOf(json);
    config = family.readConfig(json);
    const stored = await openWeights(fixtureModel(rig), family.prefixes);
    weights = new Map();
    for (const { name, shape } of loadedSpecs({ family, config, poolings: family.poolings })) {
      weights.set(name, Float64Array.from(await readTensor(stored.get(name, shape))));
    }
  });

  /** What the frozen model computes for a text, by the names that methods ask for. */
  const semantics = (textIds: readonly number[]): Map<string, Float64Array> => {
    if (textIds.length === 0) return new Map();
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
    { method, options, headRate }: Pick<ReferenceCase, "method" | "options" | "headRate">,
    described: Described,
    tensors: Tensors,
    textIds: readonly number[],
    index = 0,
  ) => {
    const chosen = methodOf(method);
    const text = chosen.text({ ...options, text: described.text }) === null ? {} : { text: described.text };
    const parsed = chosen.options({ family, config }).parse({ ...options, ...text });
    const randomIds = (count: number) => Array.from({ length: count }, (_, id) => id);
    const lockedIds = [...(tensors.get("semantic.locked")?.data ?? [])].map(Boolean);
    const context = { family, config, textIds, lockedIds, randomIds };
    const setup = {
      method: chosen,
      options: parsed,
      context,
      task: sequenceClassification,
      classes: described.labels.length,
      pooling: described.pooling,
      headLearningRateScale: headRate,
    };
    const [size, tokens] = tensors.get(`batch.${index}.input_ids`)!.shape as [number, number];
    return buildTunedProgram(setup, size, tokens);
  };

  /** Everything the Program reads: weights, a batch, the text's states and these trained values. */
  const leavesOf = (
    tensors: Tensors,
    states: ReadonlyMap<string, Float64Array>,
    trained: ReadonlyMap<string, ArrayLike<number>>,
    index = 0,
  ) => {
    const { data, shape } = tensors.get(`batch.${index}.attention_mask`)!;
    const [size, tokens] = shape as [number, number];
    const lengths = Array.from({ length: size }, (_, row) =>
      (data as Int32Array).subarray(row * tokens, (row + 1) * tokens).reduce((sum, bit) => sum + bit, 0),
    );
    return new Map<string, ArrayLike<number>>([
      ...weights,
      ...states,
      ["input_ids", tensors.get(`batch.${index}.input_ids`)!.data],
      ["lengths", lengths],
      ...trained,
    ]);
  };

  const idsOf = (tensors: Tensors) => [...(tensors.get("semantic.input_ids")?.data ?? [])];

  test.each(Object.entries(referenceCases[rig]))(
    "%s: logits, loss, gradients and trace are PyTorch's",
    async (name, setup) => {
      const path = `cases/${rig}/${setup.fixture ?? name}-sequence-classification`;
      const described = await fixtureJson(`${path}.json`);
      const tensors = await fixtureTensors(`${path}.safetensors`);
      const textIds = idsOf(tensors);
      const states = semantics(textIds);
      const trainables: { name: string; gradientIsZero: boolean }[] = described.trainables;
      const zero = new Set(trainables.filter(({ gradientIsZero }) => gradientIsZero).map(({ name }) => name));
      const { learningRate, weightDecay } = described.optimizer;
      const decays = decaysIn(described);
      const programs = new Map<number, TunedProgram>();
      const initial = trainedParts(tensors, "initial", config);
      const frozen = trainedParts(tensors, "frozen", config);
      // What trains the model's own weights starts from them.
      const trained = new Map(
        trainables.flatMap(({ name }) => (weights.has(name) ? [[name, Float64Array.from(weights.get(name)!)]] : [])),
      );
      for (const [tensor, data] of initial) trained.set(tensor, Float64Array.from(data));
      let optimizer: AdamW | undefined;
      // What a controller does between updates is followed in `tests/training`.
      const steps = methodOf(setup.method).controller ? 1 : described.steps;
      for (let step = 0; step < steps; step++) {
        const index = step % described.batches.length;
        const [, tokens] = described.batches[index] as [number, number];
        const tuned = programs.get(tokens) ?? build(setup, described, tensors, textIds, index);
        programs.set(tokens, tuned);
        const value = evaluate(
          tuned.program,
          leavesOf(tensors, states, new Map<string, ArrayLike<number>>([...frozen, ...trained]), index),
          [tuned.logits],
        );
        const logits = value(tuned.logits);
        const { loss, seed } = crossEntropy(
          logits,
          tensors.get(`batch.${index}.labels`)!.data,
          described.labels.length,
        );
        expect(Math.abs(loss / described.lossTrace64[step] - 1), `loss before update ${step}`).toBeLessThan(1e-4);
        const gradients = runBackward(tuned.backward, value, seed);
        if (step === 0) {
          expect(tuned.program.trainables.map((tensor) => tensor.name).sort()).toEqual([...trained.keys()].sort());
          expect(tuned.virtualTokens).toBe(described.virtualTokens ?? 0);
          expect(distance(logits, tensors.get("logits")!.data)).toBeLessThan(2e-5);
          const exact = trainedParts(tensors, "gradient64", config);
          const expected = exact.size > 0 ? exact : trainedParts(tensors, "gradient", config);
          expect([...gradients.keys()].sort()).toEqual([...expected.keys()].sort());
          for (const [tensor, gradient] of expected) {
            if (zero.has(tensor)) expect(Math.max(...gradients.get(tensor)!.map(Math.abs))).toBeLessThan(1e-6);
            else expect(distance(gradients.get(tensor)!, gradient), `gradient of ${tensor}`).toBeLessThan(3e-6);
          }
          const asThere = tuned.program.trainables.map((tensor) => ({ ...tensor, weightDecay: decays(tensor) }));
          optimizer = new AdamW(asThere, { learningRate, weightDecay });
        }
        optimizer!.update(trained, gradients);
      }
    },
  );

  // Encoders read a text alone otherwise than before the input, and have no such fixtures.
  const causal = rig !== "tiny-bert" && rig !== "tiny-roberta";

  test.runIf(causal).each([
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
    const states = semantics(textIds);
    const logits = (tuned: TunedProgram) => {
      const trained = new Map(tuned.program.trainables.map((tensor) => [tensor.name, initialValues(tensor, 5)]));
      return evaluate(tuned.program, leavesOf(tensors, states, trained), [tuned.logits])(tuned.logits);
    };
    const hard = logits(build({ method: "hard-text", options: {} }, described, tensors, textIds));
    const probe = logits(build({ method: "linear-probe", options: {} }, described, tensors, textIds));
    const soft = logits(build({ method, options }, described, tensors, textIds));
    expect(distance(soft, hard)).toBeLessThan(1e-9);
    expect(distance(probe, hard)).toBeGreaterThan(1e-3);
  });

  test.runIf(causal)("a padded row's logits do not depend on what its padding is", async () => {
    const path = `cases/${rig}/lora-sequence-classification`;
    const described = await fixtureJson(`${path}.json`);
    const tensors = await fixtureTensors(`${path}.safetensors`);
    const tuned = build({ method: "lora", options: { rank: 4, alpha: 8 } }, described, tensors, []);
    const leaves = leavesOf(tensors, new Map(), trainedParts(tensors, "initial", config));
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
