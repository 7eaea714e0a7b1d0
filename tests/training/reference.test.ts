/**
 * Forward passes, gradients and AdamW traces of every method against PyTorch and PEFT, on the tiny
 * models. The processor follows every case through all 20 updates, the graphics device those that
 * say so.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { computeValues } from "../../src/base/once";
import type { Executor } from "../../src/executors/executor";
import { methodOf } from "../../src/methods/registry";
import { Program } from "../../src/program/program";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { decaysIn, fixtureJson, fixtureModel, fixtureTensors } from "../fixtures/reference";
import { type Rig, referenceCases } from "../fixtures/reference-cases";
import { largestDifference, relativeDistance } from "./compare";
import { onProcessor, testExecutor } from "./executor";
import { publish } from "./measured";
import { trainedParts } from "./trained-parts";

/**
 * This case keeps every batch as short as its longest row; the others pad all batches alike and so
 * compile one shape.
 */
const ownShapes = "sk-prefix";

const casesOf = (rig: Rig) => Object.entries(referenceCases[rig]).filter(([, { device }]) => onProcessor || device);
const rigs = (Object.keys(referenceCases) as Rig[]).filter((rig) => casesOf(rig).length > 0);

describe.each(rigs)("%s", (rig) => {
  let executor: Executor;
  let model: BaseModel;
  let weightHash: string;
  beforeAll(async () => {
    executor = await testExecutor();
    model = await BaseModel.load(executor, fixtureModel(rig));
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
    const computed = (await computeValues(executor, { program, leaves: model.buffer }, [hidden])).get(hidden)!;
    const expected = base
      .get("hidden.last")!
      .data.filter((_, index) => mask[Math.floor(index / hidden.shape[1]!)] === 1);
    const seen = computed.filter((_, index) => mask[Math.floor(index / hidden.shape[1]!)] === 1);
    expect(largestDifference(seen, expected)).toBeLessThan(1e-4);
  });

  test.for(casesOf(rig))(
    "%s: logits, gradients and trace are PyTorch's",
    async ([name, { method, options, own, device, headRate, fixture = name }], context) => {
      const path = `cases/${rig}/${fixture}-sequence-classification`;
      const described = await fixtureJson(`${path}.json`);
      const tensors = await fixtureTensors(`${path}.safetensors`);
      const text = methodOf(method).text({ ...options, text: described.text }) === null ? {} : { text: described.text };
      const plan = { name, method, options: { ...options, ...text } };
      // Of a key bias without rotary positions: it shifts whole rows of scores. Adam makes noise of
      // the rounding that is left.
      const trained: { name: string; gradientIsZero: boolean }[] = described.trainables;
      const zeros = new Set(trained.filter(({ gradientIsZero }) => gradientIsZero).map(({ name }) => name));
      const followed = onProcessor || device === "all updates" ? described.steps : 2;
      const longest = Math.max(...described.batches.map(([, length]: [number, number]) => length));
      const batches = described.batches.map((_: unknown, index: number) => {
        const tensor = (name: string) => tensors.get(`batch.${index}.${name}`)!;
        const [size, length] = tensor("input_ids").shape as [number, number];
        const mask = tensor("attention_mask").data as Int32Array;
        const lengths = Int32Array.from({ length: size }, (_, row) =>
          mask.slice(row * length, (row + 1) * length).reduce((sum, bit) => sum + bit, 0),
        );
        // Where padding counts, batches keep the shape they have.
        const bucket = name === ownShapes || described.pooling === "unmasked mean" ? length : longest;
        const inputIds = new Int32Array(size * bucket).fill(model.tokenizer.padId!);
        for (let row = 0; row < size; row++) {
          inputIds.set(
            (tensor("input_ids").data as Int32Array).subarray(row * length, (row + 1) * length),
            row * bucket,
          );
        }
        const labels = tensor("labels").data as Int32Array;
        return { batchSize: size, bucket, inputIds, lengths, channels: { labels } };
      });
      const start = trainedParts(tensors, "initial", model.config);
      const frozen = trainedParts(tensors, "frozen", model.config);
      const workspace = new Workspace(executor, "test");
      const shapes: [number, number][] = batches.map(({ batchSize, bucket }: { batchSize: number; bucket: number }) => [
        bucket,
        batchSize,
      ]);
      const buffers = new Map(
        [...new Map(shapes)].map(([bucket, size]) => [bucket, new BatchBuffers(executor, size, bucket, "test")]),
      );
      const run = new Run(
        executor,
        model,
        {
          name,
          ...resolveMethod(model, plan, 0),
          learningRate: described.optimizer.learningRate,
          headLearningRate: headRate && headRate * described.optimizer.learningRate,
          weightDecay: described.optimizer.weightDecay,
          decays: decaysIn(described),
          gradClip: null,
          task: sequenceClassification,
          classes: described.labels.length,
          pooling: described.pooling,
          seed: 0,
          steps: described.steps,
          initial: new Map([...start, ...frozen].filter(([tensor]) => !own?.test(tensor))),
        },
        buffers,
        workspace,
      );
      workspace.allocate();
      await run.compile();
      try {
        const count = run.trainables.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
        expect(count).toBe(described.trainableCount.total);
        const { values, controllerStates } = await run.parameters.readTrained();
        const initial = new Map([...values, ...controllerStates]);
        for (const [tensor, expected] of [...start, ...frozen]) {
          expect(largestDifference(initial.get(tensor)!, expected), `start of ${tensor}`).toBeLessThan(1e-5);
        }
        if (tensors.has("semantic.input_ids")) {
          expect(run.context.textIds).toEqual([...tensors.get("semantic.input_ids")!.data]);
        }
        const allocation = { label: "losses", category: "runtime", owner: "test" } as const;
        const lossBuffer = executor.memory.allocate(followed * 4, allocation);
        let [logitsError, gradientError] = [0, 0];
        for (let step = 0; step < followed; step++) {
          const batch = batches[step % batches.length]!;
          buffers.get(batch.bucket)!.upload(batch);
          await run.train(batch.bucket, step, described.optimizer.learningRate, (commands) =>
            commands.copy(run.stepFigures, 0, lossBuffer, step * 4, 4),
          );
          if (step > 0) continue;
          const logits = tensors.get("logits")!.data;
          const computed = await executor.read(run.step(batch.bucket).logits, logits.length * 4);
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
        const losses = new Float32Array(await executor.read(lossBuffer, followed * 4));
        for (const [step, expected] of (described.lossTrace as number[]).slice(0, followed).entries()) {
          expect(Math.abs(losses[step]! - expected) / expected, `loss before update ${step}`).toBeLessThan(1e-3);
        }
        const final = await run.parameters.read();
        const kept = await run.parameters.readControllerStates();
        for (const [tensor, expected] of own ? [] : frozen) expect(kept.get(tensor), tensor).toEqual(expected);
        for (const [tensor, expected] of trainedParts(tensors, "final", model.config)) {
          if (followed < described.steps || zeros.has(tensor)) continue;
          expect(relativeDistance(final.get(tensor)!, expected), `${tensor} after 20 updates`).toBeLessThan(1e-2);
        }
        const { model_type: modelType } = await fixtureJson(`models/${rig}/config.json`);
        publish(context, { rig, modelType, method, name, logits: logitsError, gradients: gradientError });
      } finally {
        await run.release();
        executor.memory.releaseOwner("test");
      }
    },
  );

  test("the base weights are what they were before all that training", async () => {
    expect(await model.weightHash()).toBe(weightHash);
  });
});
