/**
 * CPT for language modelling against PEFT's own: its loss on the examples' labels with decay, its
 * gradient, 20 updates with the projection after each, and the folder it writes.
 */

import { expect, test } from "vitest";
import { CONFIG, MODEL } from "../../../src/adapters/folder";
import { cpt, tokenTypes } from "../../../src/adapters/forms/cpt";
import { readAdapterFiles } from "../../../src/adapters/read";
import { loadedSpecs } from "../../../src/base/read-model";
import { exportRun } from "../../../src/folders/export";
import { importedRun } from "../../../src/folders/imported-run";
import { importedTensors } from "../../../src/folders/imported-tensors";
import { contextLabels } from "../../../src/methods/cpt/token-types";
import { controllerOf } from "../../../src/runs/resolve";
import type { Run } from "../../../src/runs/run";
import { trainableOf } from "../../../src/runs/trainable-count";
import { buildTunedProgram, type TunedProgram } from "../../../src/runs/tuned-program";
import { tasks } from "../../../src/tasks/registry";
import { fixtureFile, fixtureJson, fixtureModel, fixtureTensors } from "../../fixtures/reference";
import { configText, writingSite } from "../adapters/written";
import { AdamW } from "../interpreter/adamw";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";
import { inParts } from "../interpreter/in-parts";
import { runLoss } from "../interpreter/loss";
import { tinyModel, tinySetup } from "../interpreter/tiny-model";

const DELTA = "delta_embedding.weight";
const NAME = "tiny-llama/cpt-causal-lm";

async function openCase() {
  const model = await tinyModel("tiny-llama");
  const tensors = await fixtureTensors(`cases/${NAME}.safetensors`);
  const described = await fixtureJson(`cases/${NAME}.json`);
  const ids = [...tensors.get("context.input_ids")!.data];
  const types = [...tensors.get("context.types")!.data];
  const lockedIds = types.map((type) => type % 4 === 0);
  const { epsilon, decay, text } = described;
  const plan = { name: "cpt", method: "cpt", options: { text, epsilon, decay } };
  const given = tinySetup(model, plan, ids, 0);
  const setup = { ...given, context: { ...given.context, lockedIds }, task: tasks["causal-lm"] };
  return { model, tensors, described, ids, types, lockedIds, plan, setup };
}

test("the types of a context's tokens are PEFT's, and its labels count by their example", async () => {
  const { ids, types, lockedIds } = await openCase();
  expect(tokenTypes(lockedIds)).toEqual(types);
  expect(tokenTypes([false, false])).toEqual([2, 2]);
  const labels = contextLabels(ids, lockedIds, 0.5);
  expect(new Set(labels.map(({ weight }) => weight))).toEqual(new Set([0.125, 0.25, 0.5]));
  expect(labels.map(({ column, id }) => ids[column + 1] === id)).toEqual(labels.map(() => true));
});

// Whole, and with the words and so the head in four parts.
test.each([
  [20, undefined],
  [2, 20_000],
])("loss, gradient and %i updates are PEFT's, with buffers of up to %s bytes", async (steps, largestBuffer) => {
  const { model, tensors, described, lockedIds, setup: whole, ids } = await openCase();
  const setup = { ...whole, context: { ...whole.context, largestBuffer } };
  const specs = loadedSpecs({ ...model, poolings: model.family.poolings, largestBuffer });
  const weights = inParts(specs, model.weights);
  expect(weights.has("model.embed_tokens.weight")).toBe(largestBuffer === undefined);
  const labels = lockedIds.filter(Boolean).length;
  const values = new Map([[DELTA, new Float64Array(ids.length * model.config.hiddenSize)]]);
  let optimizer: AdamW | undefined;
  let own = 0;
  for (let step = 0; step < steps; step++) {
    const batch = (key: string) => tensors.get(`batch.${step % 2}.${key}`)!;
    const [size, tokens] = batch("input_ids").shape as [number, number];
    const tuned = buildTunedProgram(setup, size, tokens);
    optimizer ??= new AdamW(tuned.program.trainables, { learningRate: described.learningRate, weightDecay: 0 });
    const lengths = Array.from({ length: size }, (_, row) =>
      Array.from(batch("attention_mask").data)
        .slice(row * tokens, (row + 1) * tokens)
        .reduce((sum, bit) => sum + bit, 0),
    );
    const leaves = new Map<string, ArrayLike<number>>([
      ...weights,
      ["input_ids", batch("input_ids").data],
      ["lengths", lengths],
      ...values,
    ]);
    const value = evaluate(tuned.program, leaves, [tuned.logits]);
    const rowLabels = Float64Array.from(batch("labels").data);
    const labelled = rowLabels.filter((label) => label >= 0).length;
    const { stepFigures, seed } = runLoss(tuned.loss, value(tuned.logits), { labels: rowLabels }, value);
    const loss = (stepFigures[0]! * labelled + stepFigures[2]! * size * labels) / (labelled + size * labels);
    expect(Math.abs(loss / described.lossTrace[step] - 1), `loss before update ${step}`).toBeLessThan(1e-5);
    own = stepFigures[0]!;
    const gradients = runBackward(tuned.backward, value, seed);
    if (step === 0) {
      expect([...gradients.keys()]).toEqual([DELTA]);
      const expected = tensors.get(`gradient.${DELTA}`)!.data;
      const [gap, norm] = [
        Math.hypot(...gradients.get(DELTA)!.map((g, i) => g - expected[i]!)),
        Math.hypot(...expected),
      ];
      expect(gap / norm).toBeLessThan(1e-5);
    }
    optimizer.update(values, gradients);
    const { afterUpdate } = controllerOf(setup, tuned, { steps: 20, seed: 0, gradClip: null })!;
    const { kernel, sizes } = afterUpdate![0]!.dispatches[0]!;
    expect(kernel.name).toBe("project-rows");
    project(values.get(DELTA)!, sizes as { rows: number; width: number; limit: number });
  }
  expect(own).toBeGreaterThan(1);
  if (steps < described.steps) return;
  const expected = tensors.get(`final.${DELTA}`)!.data;
  expect(Math.max(...values.get(DELTA)!.map((x, i) => Math.abs(x - expected[i]!)))).toBeLessThan(2e-5);
});

test("a folder is PEFT's CPT key by key, and PEFT's own is read strictly", async () => {
  const { model, tensors, described, ids, lockedIds, plan, setup } = await openCase();
  const file = async (name: string) => {
    const stored = await fixtureFile(`peft/${NAME}/${name}`);
    return new Uint8Array(await stored.read(0, stored.size));
  };
  const files = { [CONFIG]: await file(CONFIG), [MODEL]: await file(MODEL) };
  const peft = await readAdapterFiles(files);
  expect(importedRun(peft, "read").run).toEqual({
    name: "read",
    method: "prompt",
    options: { virtualTokens: ids.length },
  });

  const values = new Map([[DELTA, tensors.get(`final.${DELTA}`)!.data as Float32Array]]);
  const { trainables } = buildTunedProgram(setup, 1, 1).program;
  const run = {
    setup: { ...setup, name: "cpt" },
    tunedSetup: setup,
    context: setup.context,
    dial: null,
    virtualTokens: ids.length,
    trainables,
    held: trainables,
    trainable: trainableOf(setup, trainables, { parameters: 1 }),
    parameters: { readTrained: async () => ({ values, controllerStates: new Map() }), controllerStates: [] },
    readFront: async (tuned: TunedProgram) => {
      const { prompt } = tuned.front;
      const leaves = new Map<string, ArrayLike<number>>([
        ...model.weights,
        ["input_ids", [0]],
        ["lengths", [1]],
        ...values,
      ]);
      return new Map([[prompt!, Float32Array.from(evaluate(tuned.program, leaves, [prompt!])(prompt!))]]);
    },
  } as unknown as Run;
  const json = await fixtureJson("models/tiny-llama/config.json");
  const base = { ...model, json, folder: fixtureModel("tiny-llama"), tokenizer: { decode: () => "" } } as never;
  const folder = await exportRun(base, run, {
    labels: [],
    maxLength: 22,
    data: { file: "rows", trainRows: 6, validationRows: 0 },
    steps: 20,
    metrics: null,
    versions: {},
    droppedLeadingTokens: 0,
    record: { run: plan },
  });
  const indented = new TextDecoder().decode(files[CONFIG]).replace(/^ +/gm, (spaces) => spaces + spaces);
  expect(configText(folder.config)).toBe(indented.trimEnd());
  expect(folder.tensors.map(({ name, shape }) => ({ name, shape }))).toEqual(
    peft.tensors.map(({ name, shape }) => ({ name, shape })),
  );
  const [own, theirs] = [folder.tensors[0]!.data, peft.tensors[0]!.data];
  expect(Math.max(...own.map((x, i) => Math.abs(x - theirs[i]!)))).toBeLessThan(1e-6);
  expect(folder.skTensors?.map(({ name }) => name)).toEqual([DELTA]);

  const other = cpt.config(
    { type: "CPT", origin: "folded", epsilon: described.epsilon, decay: 1 },
    writingSite({ virtualTokens: ids.length, textIds: ids.slice(1), lockedIds }),
  );
  const damaged = (config: object) =>
    readAdapterFiles({ ...files, [CONFIG]: new TextEncoder().encode(JSON.stringify(config)) });
  await expect(damaged({ ...other, task_type: "CAUSAL_LM" })).rejects.toThrow(/must have num_virtual_tokens entries/);
  await expect(damaged({ ...peft.config, task_type: "SEQ_CLS" })).rejects.toThrow(/CPT is for CAUSAL_LM alone/);

  // PEFT would count no token of the response after a context without labels: then it is a prompt.
  const free = { ...run, context: { ...run.context, lockedIds: lockedIds.map(() => false) } } as unknown as Run;
  const facts = { labels: [], maxLength: 22, data: { file: "rows", trainRows: 6, validationRows: 0 }, steps: 20 };
  const without = await exportRun(base, free, {
    ...facts,
    metrics: null,
    versions: {},
    droppedLeadingTokens: 0,
    record: {},
  });
  expect(without.config.peft_type).toBe("PROMPT_TUNING");
});

test("PEFT's folder, read as a prompt, predicts what PEFT does", async () => {
  const { model, tensors, ids } = await openCase();
  const file = async (name: string) => {
    const stored = await fixtureFile(`peft/${NAME}/${name}`);
    return new Uint8Array(await stored.read(0, stored.size));
  };
  const peft = await readAdapterFiles({ [CONFIG]: await file(CONFIG), [MODEL]: await file(MODEL) });
  const { run } = importedRun(peft, "read");
  const given = importedTensors(peft, model.config.layers, "trained").map(({ name, data }) => [name, data] as const);
  const [inputs, mask] = ["input_ids", "attention_mask"].map((name) => tensors.get(`batch.0.${name}`)!);
  const [rows, width] = inputs!.shape as [number, number];
  const { hiddenSize, vocabulary } = model.config;
  const table = model.weights.get("model.embed_tokens.weight")!;
  const expected = tensors.get("final.rows")!.data;
  let worst = 0;
  for (let row = 0; row < rows; row++) {
    const real = [...mask!.data.subarray(row * width, (row + 1) * width)].filter((bit) => bit === 1).length;
    const own = inputs!.data.subarray(row * width, row * width + real);
    const setup = { ...tinySetup(model, run, [], 0), task: tasks["causal-lm"] };
    const { program, logits: states, virtualTokens } = buildTunedProgram(setup, 1, real);
    expect(virtualTokens).toBe(ids.length);
    const leaves = new Map<string, ArrayLike<number>>([...model.weights, ...given]);
    leaves.set("input_ids", own).set("lengths", [real]);
    const last = evaluate(program, leaves, [states])(states).slice(-hiddenSize);
    for (let word = 0; word < vocabulary; word++) {
      const logit = last.reduce((sum, x, column) => sum + x * table[word * hiddenSize + column]!, 0);
      worst = Math.max(worst, Math.abs(logit - expected[row * vocabulary + word]!));
    }
  }
  expect(worst).toBeLessThan(1e-4);
});

function project(x: Float64Array, { rows, width, limit }: { rows: number; width: number; limit: number }): void {
  for (let row = 0; row < rows; row++) {
    const own = x.subarray(row * width, (row + 1) * width);
    const norm = Math.hypot(...own);
    if (norm > limit) own.set(own.map((value) => (value * limit) / norm));
  }
}
