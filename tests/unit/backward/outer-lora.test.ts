/**
 * LoRA on word embeddings and on the head over the vocabulary, in float64, against PEFT: logits,
 * gradients, 20 AdamW updates, the folder PEFT saved, and the merged weights. On the device:
 * `tests/training/outer-lora.test.ts`.
 */

import { describe, expect, test } from "vitest";
import { readAdapterFiles } from "../../../src/adapters/read";
import { HEAD_WEIGHT, languageHead } from "../../../src/base/language-head";
import { importedRun } from "../../../src/folders/imported-run";
import { importedTensors } from "../../../src/folders/imported-tensors";
import { mergeChanges } from "../../../src/folders/merge";
import { checkSavedTables } from "../../../src/folders/saved-tables";
import { methodOf } from "../../../src/methods/registry";
import { Program } from "../../../src/program/program";
import type { Tensor } from "../../../src/program/tensor";
import { parseOptions } from "../../../src/runs/resolve";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { tasks } from "../../../src/tasks/registry";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { outerLoraCases } from "../../fixtures/outer-lora-cases";
import { adapterFiles, fixtureModel, outerLoraCase } from "../../fixtures/reference";
import { AdamW } from "../interpreter/adamw";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";
import { runLoss } from "../interpreter/loss";
import { tinyModel } from "../interpreter/tiny-model";

const CLASSES = 5;
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  const norm = (of: (index: number) => number) => Math.hypot(...Array.from(a, (_, index) => of(index)));
  return norm((index) => a[index]! - b[index]!) / norm((index) => b[index]!);
};

describe.each(Object.entries(outerLoraCases))("%s", (rig, { task: id, options, head: kind }) => {
  const task = tasks[id];
  const causal = id === "causal-lm";

  const setup = async () => {
    const model = await tinyModel(rig);
    const { described, tensors } = await outerLoraCase(rig);
    const facts = { family: model.family, config: model.config, languageHead: kind };
    const parsed = parseOptions(facts, { name: rig, method: "lora", options });
    const context = { ...facts, textIds: [], randomIds: () => [] };
    const tuned = (method: string, own: unknown, index: number) => {
      const [size, tokens] = tensors.get(`batch.${index}.input_ids`)!.shape as [number, number];
      const classes = causal ? 0 : CLASSES;
      const chosen = { method: methodOf(method), options: own, context, task, classes, pooling: "last" } as const;
      return buildTunedProgram(chosen, size, tokens);
    };
    /** The batch's inputs, and its labels as the loss reads them. */
    const batchOf = (index: number) => {
      const { data, shape } = tensors.get(`batch.${index}.attention_mask`)!;
      const [size, tokens] = shape as [number, number];
      const lengths = Array.from({ length: size }, (_, row) =>
        (data as Int32Array).subarray(row * tokens, (row + 1) * tokens).reduce((sum, bit) => sum + bit, 0),
      );
      const leaves = new Map<string, ArrayLike<number>>([
        ["input_ids", tensors.get(`batch.${index}.input_ids`)!.data],
        ["lengths", lengths],
      ]);
      return { leaves, labels: Float64Array.from(tensors.get(`batch.${index}.${causal ? "next" : "labels"}`)!.data) };
    };
    const part = (name: string) =>
      new Map(
        [...tensors].flatMap(([key, { data }]) =>
          key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), Float64Array.from(data)] as const] : [],
        ),
      );
    /** Of a language model the first row's logits are stored; at padding they say nothing. */
    const real = (name: string) => {
      const [length] = batchOf(0).leaves.get("lengths") as number[];
      const { data, shape } = tensors.get(name)!;
      return causal ? data.subarray(0, length! * shape.at(-1)!) : data;
    };
    return { model, facts, parsed, described, tuned, batchOf, part, real };
  };

  /** Logits over the vocabulary of given states, by plain arithmetic. */
  const vocabularyLogits = (
    states: Float64Array,
    value: (name: string) => ArrayLike<number>,
    head: ReturnType<typeof languageHead>,
  ) => {
    const [vocabulary, width] = head.weight.shape as [number, number];
    const weight = value(head.weight.name);
    const rows = states.length / width;
    const logits = new Float64Array(rows * vocabulary);
    const { update } = head;
    const rank = update?.down.shape[0] ?? 0;
    for (let row = 0; row < rows; row++) {
      const state = states.subarray(row * width, (row + 1) * width);
      const dot = (matrix: ArrayLike<number>, at: number) =>
        state.reduce((sum, x, i) => sum + x * matrix[at * width + i]!, 0);
      const inner = update ? Array.from({ length: rank }, (_, r) => dot(value(update.down.name), r)) : [];
      for (let word = 0; word < vocabulary; word++) {
        const added = inner.reduce((sum, x, r) => sum + x * value(update!.up.name)[word * rank + r]!, 0);
        logits[row * vocabulary + word] = dot(weight, word) + (update?.scale ?? 0) * added;
      }
    }
    return logits;
  };

  test("logits, gradients and trace are PEFT's", async () => {
    const { model, parsed, described, tuned, batchOf, part, real, facts } = await setup();
    const trained = part("initial");
    let optimizer: AdamW | undefined;
    for (const [step, expected] of (described.lossTrace as number[]).entries()) {
      const run = tuned("lora", parsed, step % 4);
      const { leaves, labels } = batchOf(step % 4);
      const value = evaluate(run.program, new Map([...model.weights, ...leaves, ...trained]), [run.logits]);
      const held = (tensor: Tensor) => trained.get(tensor.name) ?? model.weights.get(tensor.name)!;
      const loss = runLoss(run.loss, value(run.logits), { labels }, held);
      expect(Math.abs(loss.stepFigures[0]! / expected - 1), `loss before update ${step}`).toBeLessThan(1e-4);
      const gradients = new Map([...runBackward(run.backward, value, loss.seed), ...loss.gradients]);
      if (step === 0) {
        expect(run.program.trainables.map(({ name }) => name).sort()).toEqual([...trained.keys()].sort());
        const own = run.program.trainables.filter(({ part }) => part === "adapter");
        expect(own.reduce((sum, { name }) => sum + trained.get(name)!.length, 0)).toBe(described.adapterCount);
        const program = new Program();
        const head = causal ? languageHead(program, facts, attachmentsOf(program, parsed, facts)) : null;
        const states = value(run.logits);
        const logits = head ? vocabularyLogits(states, (name) => held({ name } as Tensor), head) : states;
        const data = real("logits");
        expect(distance(logits.subarray(0, data.length), data)).toBeLessThan(2e-6);
        for (const [name, gradient] of part("gradient")) {
          expect(distance(gradients.get(name)!, gradient), `gradient of ${name}`).toBeLessThan(3e-6);
        }
        optimizer = new AdamW(run.program.trainables, described);
      }
      optimizer!.update(trained, gradients);
    }
  });

  test("PEFT's folder is read, and merged the model says the same without it", async () => {
    const { model, tuned, batchOf, real, facts } = await setup();
    const adapter = await readAdapterFiles(await adapterFiles(`outer-lora/${rig}`));
    const { run: plan } = importedRun(adapter, "imported");
    const parsed = parseOptions(facts, plan) as Record<string, unknown>;
    const imported = importedTensors(adapter, model.config.layers, "trained", model.config);
    const trained = new Map(imported.map(({ name, data }) => [name, Float64Array.from(data)]));
    const run = tuned("lora", parsed, 0);
    expect([...trained.keys()].sort()).toEqual(run.program.trainables.map(({ name }) => name).sort());
    const { leaves } = batchOf(0);
    const data = real("final");
    const logitsOf = (
      { program, logits }: typeof run,
      held: ReadonlyMap<string, ArrayLike<number>>,
      headIs: "own" | "words",
      withUpdate: boolean,
    ) => {
      const states = evaluate(program, new Map([...held, ...leaves]), [logits])(logits);
      if (!causal) return states;
      const other = new Program();
      const site = withUpdate ? attachmentsOf(other, parsed, facts) : {};
      const head = languageHead(other, { ...facts, languageHead: headIs }, site);
      return vocabularyLogits(states, (name) => held.get(name)!, head);
    };
    const own = logitsOf(run, new Map([...model.weights, ...trained]), kind, true);
    expect(distance(own.subarray(0, data.length), data)).toBeLessThan(2e-6);

    const adapterTensors = imported.filter(({ name }) => name !== "score.weight");
    const form = methodOf("lora").exportForm(parsed, facts);
    const names = new Set([...model.weights.keys(), HEAD_WEIGHT]);
    const changes = mergeChanges(methodOf("lora"), form, adapterTensors, {
      names,
      fanInFanOut: facts.family.fanInFanOut,
    });
    // A head that is the word embeddings becomes one of its own.
    const merged = new Map<string, ArrayLike<number>>(model.weights);
    if (kind === "words") merged.set(HEAD_WEIGHT, model.weights.get("transformer.wte.weight") ?? []);
    for (const [name, change] of changes) {
      const values = Float32Array.from(merged.get(name)!);
      change(values);
      merged.set(name, values);
    }
    const score = trained.get("score.weight");
    if (score) merged.set("score.weight", score);
    const plain = tuned("linear-probe", {}, 0);
    const after = logitsOf(plain, merged, "own", false);
    expect(distance(after.subarray(0, data.length), data)).toBeLessThan(2e-6);
  });
});

/** What LoRA with these options attaches to a head. */
function attachmentsOf(program: Program, options: unknown, facts: Parameters<typeof languageHead>[1]) {
  return methodOf("lora").attach(program, options, { ...facts, textIds: [], randomIds: () => [] });
}

test("tables that PEFT saves beside an adapter must be the open model's", async () => {
  const files = await adapterFiles("outer-lora/tiny-qwen2");
  const adapter = await readAdapterFiles(files);
  expect(adapter.baseTensors?.map(({ name }) => name).sort()).toEqual(["lm_head.weight", "model.embed_tokens.weight"]);
  await checkSavedTables(adapter, fixtureModel("tiny-qwen2"));
  const [first] = adapter.baseTensors!;
  first!.data[7]! += 0.5;
  await expect(checkSavedTables(adapter, fixtureModel("tiny-qwen2"))).rejects.toThrow(
    /1 of the \d+ values of ".*" differ/,
  );
  await expect(checkSavedTables(adapter, fixtureModel("tiny-gpt2"))).rejects.toThrow(/"lm_head.weight" differ/);
});

test("outside of the blocks is only what the model has there", async () => {
  const { family, config } = await tinyModel("tiny-llama");
  const plan = (targets: readonly string[]) => ({ name: "outer", method: "lora", options: { targets } });
  expect(() => parseOptions({ family, config }, plan(["wte"]))).toThrow(
    /"wte".*beside them are model.embed_tokens, lm_head/,
  );
  const options = parseOptions({ family, config }, plan(["lm_head", "q_proj"]));
  const context = { family, config, textIds: [], randomIds: () => [] };
  const setup = {
    method: methodOf("lora"),
    options,
    context,
    task: sequenceClassification,
    classes: 3,
    pooling: "last",
  } as const;
  expect(() => buildTunedProgram(setup, 2, 5)).toThrow(/but classification does not read it/);
  const dora = { name: "outer", method: "dora", options: { targets: ["embed_tokens"] } };
  expect(() => parseOptions({ family, config }, dora)).toThrow(/embed_tokens/);
});
