/** Forward passes, gradients and 20-step AdamW traces of every method against PyTorch and PEFT, on the tiny models. */

import { beforeAll, describe, expect, test } from "vitest";
import { writeGraph } from "../../src/forward/graph";
import { readBuffer } from "../../src/gpu/readback";
import { methodOf } from "../../src/methods/registry";
import { Program } from "../../src/program/program";
import { type Tensor, tensorBytes } from "../../src/program/tensor";
import { BaseModel } from "../../src/training/base-model";
import { BatchBuffers } from "../../src/training/batch-buffers";
import type { Engine } from "../../src/training/engine";
import { parseOptions, Run } from "../../src/training/run";
import { Workspace } from "../../src/training/workspace";
import { fixtureJson, fixtureModel, fixtureTensors } from "../fixtures/reference";
import { largestDifference, relativeDistance } from "./compare";
import { testEngine } from "./engine";
import { publish } from "./measured";
import { trainedParts } from "./trained-parts";

const rigs = ["tiny-llama", "tiny-qwen2", "tiny-qwen3", "tiny-gpt2", "tiny-bert", "tiny-roberta"] as const;
type Rig = (typeof rigs)[number];

/** This case keeps every batch as short as its longest row; the others pad all batches alike and so compile one shape. */
const ownShapes = "sk-prefix";

/**
 * The case's name in the fixtures and the options that give it. `own`: tensors whose start the studio computes itself and
 * which must come out as PyTorch's; the others are given. `fixture`: where it is not the case's name.
 */
const cases: Record<Rig, Record<string, { method: string; options: object; own?: RegExp; fixture?: string }>> = {
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
    lora: { method: "lora", options: { rank: 4, alpha: 8 } },
    "lora-all": { method: "lora", options: { rank: 2, alpha: 4, targets: "all-linear" } },
    rslora: { method: "lora", options: { rank: 4, alpha: 8, rankStabilised: true } },
    dora: { method: "dora", options: { rank: 4, alpha: 8 } },
    ia3: { method: "ia3", options: {} },
    "ln-tuning": { method: "ln-tuning", options: {} },
    "adapter-houlsby": { method: "adapter-houlsby", options: { bottleneck: 8 } },
    "adapter-pfeiffer": { method: "adapter-pfeiffer", options: { bottleneck: 8, residual: false } },
    "adapter-parallel-residual": { method: "adapter-parallel", options: { bottleneck: 8 } },
    "adapter-parallel": { method: "adapter-parallel", options: { bottleneck: 8, residual: false } },
    full: { method: "full", options: {}, own: /^model\./ },
    prompt: { method: "prompt", options: { virtualTokens: 6 } },
    prefix: { method: "prefix", options: { virtualTokens: 6 } },
    "prompt-text": { method: "prompt", options: { init: "text", virtualTokens: null }, own: /^prompt_embeddings$/ },
    "prefix-text": { method: "prefix", options: { init: "text", virtualTokens: null }, own: /^prefix\./ },
    "prefix-mlp": { method: "prefix", options: { virtualTokens: 6, projection: 16 } },
    "p-tuning": { method: "p-tuning", options: { virtualTokens: 6, hidden: 24 } },
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
    "sk-encoder-code-pooled": { method: "sk-prefix", options: { preset: "encoder-code", pooled: true } },
    ptec: {
      method: "ptec",
      options: { virtualTokens: 4, init: "text", headRate: 0.1 },
      own: /^prompt_embeddings$/,
    },
    "sk-reference-code": { method: "sk-prefix", options: { preset: "reference-code" }, own: /^embeddings$/ },
    "sk-reference-code-shared": {
      method: "sk-prefix",
      options: { preset: "reference-code", shared: true },
      own: /^embeddings$/,
    },
    "sk-prompt reference-code": {
      method: "sk-prompt",
      options: { preset: "reference-code" },
      own: /^prompt_embeddings$/,
      fixture: "prompt-text",
    },
  },
  "tiny-qwen2": {
    "linear-probe": { method: "linear-probe", options: {} },
    "sk-prefix": { method: "sk-prefix", options: {} },
    "sk-prompt": { method: "sk-prompt", options: { rank: 8 } },
    lora: { method: "lora", options: { rank: 4, alpha: 8 } },
    bitfit: { method: "bitfit", options: {} },
    prefix: { method: "prefix", options: { virtualTokens: 6 } },
    "prompt-text": { method: "prompt", options: { init: "text", virtualTokens: null }, own: /^prompt_embeddings$/ },
  },
  "tiny-qwen3": {
    "sk-prefix": { method: "sk-prefix", options: {} },
  },
  "tiny-bert": {
    "sk-prompt-at-cls": { method: "sk-prompt", options: { rank: 8 } },
    bitfit: { method: "bitfit", options: {} },
    prefix: { method: "prefix", options: { virtualTokens: 6 } },
    "prompt-text": { method: "prompt", options: { init: "text", virtualTokens: null }, own: /^prompt_embeddings$/ },
  },
  "tiny-roberta": {
    "sk-prefix": { method: "sk-prefix", options: {} },
    "prompt-text-at-cls": {
      method: "prompt",
      options: { init: "text", virtualTokens: null },
      own: /^prompt_embeddings$/,
    },
  },
  "tiny-gpt2": {
    "linear-probe": { method: "linear-probe", options: {} },
    "sk-prefix": { method: "sk-prefix", options: {} },
    "sk-prompt": { method: "sk-prompt", options: { rank: 8 } },
    lora: { method: "lora", options: { rank: 4, alpha: 8 } },
    prefix: { method: "prefix", options: { virtualTokens: 6 } },
    "prompt-text": { method: "prompt", options: { init: "text", virtualTokens: null }, own: /^prompt_embeddings$/ },
  },
};

describe.each(rigs)("%s", (rig) => {
  let engine: Engine;
  let model: BaseModel;
  let weightHash: string;
  beforeAll(async () => {
    engine = await testEngine();
    model = await BaseModel.load(engine, fixtureModel(rig));
    weightHash = await model.weightHash();
    return () => model.release();
  });

  test("the last hidden states are PyTorch's", async () => {
    const base = await fixtureTensors(`cases/${rig}/base.safetensors`);
    const { data, shape } = base.get("input_ids")!;
    const [size, tokens] = shape as [number, number];
    const program = new Program();
    const ids = program.constant("ids", [size * tokens], () => data as Int32Array, "int32");
    const mask = base.get("attention_mask")!.data as Int32Array;
    const real = Int32Array.from({ length: size }, (_, row) =>
      mask.slice(row * tokens, (row + 1) * tokens).reduce((sum, bit) => sum + bit, 0),
    );
    const lengths = program.constant("lengths", [size], () => real, "int32");
    const { hidden } = model.family.build(program, model.config, ids, { size, tokens, lengths }, {});
    const output = engine.memory.allocate(tensorBytes(hidden), { label: "hidden", category: "runtime", owner: "test" });
    const buffer = (tensor: Tensor) => (tensor === hidden ? output : model.buffer(tensor));
    const session = await engine.runtime.session(writeGraph(program, [hidden]), buffer);
    await session.run();
    const computed = new Float32Array(await readBuffer(engine.device, output, tensorBytes(hidden)));
    await session.release();
    engine.memory.releaseOwner("test");
    const expected = base
      .get("hidden.last")!
      .data.filter((_, index) => mask[Math.floor(index / hidden.shape[1]!)] === 1);
    const seen = computed.filter((_, index) => mask[Math.floor(index / hidden.shape[1]!)] === 1);
    expect(largestDifference(seen, expected)).toBeLessThan(1e-4);
  });

  test.for(Object.entries(cases[rig]))(
    "%s: logits, gradients and trace are PyTorch's",
    async ([name, { method, options, own, fixture = name }], context) => {
      const path = `cases/${rig}/${fixture}-sequence-classification`;
      const described = await fixtureJson(`${path}.json`);
      const tensors = await fixtureTensors(`${path}.safetensors`);
      const text = methodOf(method).text({ ...options, text: described.text }) === null ? {} : { text: described.text };
      const plan = { name, method, options: { ...options, ...text } };
      // Of a key bias without rotary positions: it shifts whole rows of scores. Adam makes noise of the rounding that is left.
      const trained: { name: string; gradientIsZero: boolean }[] = described.trainables;
      const zeros = new Set(trained.filter(({ gradientIsZero }) => gradientIsZero).map(({ name }) => name));
      const longest = Math.max(...described.batches.map(([, length]: [number, number]) => length));
      const batches = described.batches.map((_: unknown, index: number) => {
        const tensor = (name: string) => tensors.get(`batch.${index}.${name}`)!;
        const [size, length] = tensor("input_ids").shape as [number, number];
        const mask = tensor("attention_mask").data as Int32Array;
        const lengths = Int32Array.from({ length: size }, (_, row) =>
          mask.slice(row * length, (row + 1) * length).reduce((sum, bit) => sum + bit, 0),
        );
        const bucket = name === ownShapes ? length : longest;
        const inputIds = new Int32Array(size * bucket).fill(model.tokenizer.padId!);
        for (let row = 0; row < size; row++) {
          inputIds.set(
            (tensor("input_ids").data as Int32Array).subarray(row * length, (row + 1) * length),
            row * bucket,
          );
        }
        const labels = tensor("labels").data as Int32Array;
        return { batchSize: size, bucket, inputIds, lengths, labels };
      });
      const start = trainedParts(tensors, "initial", model.config);
      const workspace = new Workspace(engine, "test");
      const shapes: [number, number][] = batches.map(({ batchSize, bucket }: { batchSize: number; bucket: number }) => [
        bucket,
        batchSize,
      ]);
      const buffers = new Map(
        [...new Map(shapes)].map(([bucket, size]) => [bucket, new BatchBuffers(engine, size, bucket, "test")]),
      );
      const run = new Run(
        engine,
        model,
        {
          name,
          method: methodOf(method),
          options: parseOptions(model, plan),
          learningRate: described.optimizer.learningRate,
          weightDecay: described.optimizer.weightDecay,
          gradClip: null,
          classes: described.labels.length,
          pooling: described.pooling,
          seed: 0,
          steps: described.steps,
          initial: new Map([...start].filter(([tensor]) => !own?.test(tensor))),
        },
        buffers,
        workspace,
      );
      workspace.allocate();
      await run.compile();
      try {
        const count = run.trainables.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
        expect(count).toBe(described.trainableCount.total);
        const initial = await run.parameters.read();
        for (const [tensor, expected] of start) {
          expect(largestDifference(initial.get(tensor)!, expected), `start of ${tensor}`).toBeLessThan(1e-5);
        }
        if (tensors.has("semantic.input_ids")) {
          expect(run.context.textIds).toEqual([...tensors.get("semantic.input_ids")!.data]);
        }
        const allocation = { label: "losses", category: "runtime", owner: "test" } as const;
        const lossBuffer = engine.memory.allocate(described.steps * 4, allocation);
        let [logitsError, gradientError] = [0, 0];
        for (let step = 0; step < described.steps; step++) {
          const batch = batches[step % batches.length]!;
          buffers.get(batch.bucket)!.upload(batch);
          await run.train(batch.bucket, step, described.optimizer.learningRate, (encoder) =>
            encoder.copyBufferToBuffer(run.metrics, 0, lossBuffer, step * 4, 4),
          );
          if (step > 0) continue;
          const logits = tensors.get("logits")!.data;
          const computed = await readBuffer(engine.device, run.step(batch.bucket).logits, logits.length * 4);
          logitsError = largestDifference(new Float32Array(computed), logits);
          expect(logitsError).toBeLessThan(1e-4);
          const gradients = await run.parameters.readGradients();
          for (const [tensor, expected] of trainedParts(tensors, "gradient", model.config)) {
            if (zeros.has(tensor)) {
              expect(Math.hypot(...gradients.get(tensor)!), `gradient of ${tensor}`).toBeLessThan(1e-6);
              continue;
            }
            const distance = relativeDistance(gradients.get(tensor)!, expected);
            expect(distance, `gradient of ${tensor}`).toBeLessThan(1e-3);
            gradientError = Math.max(gradientError, distance);
          }
        }
        const losses = new Float32Array(await readBuffer(engine.device, lossBuffer, described.steps * 4));
        for (const [step, expected] of (described.lossTrace as number[]).entries()) {
          expect(Math.abs(losses[step]! - expected) / expected, `loss before update ${step}`).toBeLessThan(1e-3);
        }
        const final = await run.parameters.read();
        for (const [tensor, expected] of trainedParts(tensors, "final", model.config)) {
          if (zeros.has(tensor)) continue;
          expect(relativeDistance(final.get(tensor)!, expected), `${tensor} after 20 updates`).toBeLessThan(1e-2);
        }
        const { model_type: modelType } = await fixtureJson(`models/${rig}/config.json`);
        publish(context, { rig, modelType, method, name, logits: logitsError, gradients: gradientError });
      } finally {
        await run.release();
        engine.memory.releaseOwner("test");
      }
    },
  );

  test("the base weights are what they were before all that training", async () => {
    expect(await model.weightHash()).toBe(weightHash);
  });
});
