/**
 * Token classification and language modelling against PyTorch: losses, gradients and AdamW traces,
 * LoRA's through all 20 updates.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { methodOf } from "../../src/methods/registry";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { tasks } from "../../src/tasks/registry";
import { fixtureJson, fixtureModel, fixtureTensors } from "../fixtures/reference";
import { largestDifference, relativeDistance } from "./compare";
import { testExecutor } from "./executor";
import { trainedParts } from "./trained-parts";

/** Each method's way in: beside a weight, before the input, in every layer. */
const methods = {
  "token-classification": { lora: { rank: 4, alpha: 8 }, prefix: { virtualTokens: 6 }, prompt: { virtualTokens: 6 } },
  "causal-lm": { lora: { rank: 4, alpha: 8 }, prompt: { virtualTokens: 6 }, "sk-prefix": {} },
} as const;

let executor: Executor;
let model: BaseModel;
beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  return () => model.release();
});

describe.each(["token-classification", "causal-lm"] as const)("%s", (id) => {
  const task = tasks[id];

  test.for(Object.entries<object>(methods[id]))(
    "%s: logits, gradients and trace are PyTorch's",
    async ([method, options]) => {
      const path = `cases/tiny-llama/${method}-${id}`;
      const described = await fixtureJson(`${path}.json`);
      const tensors = await fixtureTensors(`${path}.safetensors`);
      const text = methodOf(method).text({ ...options, text: described.text }) === null ? {} : { text: described.text };
      const size = 4;
      const followed = method === "lora" ? described.steps : 2;
      const bucket = Math.max(...described.batches.map(([, length]: [number, number]) => length));
      const batches = described.batches.map(([, length]: [number, number], index: number) => {
        const tensor = (name: string) => tensors.get(`batch.${index}.${name}`)!.data as Int32Array;
        const arrays = {
          batchSize: size,
          bucket,
          inputIds: new Int32Array(size * bucket).fill(model.tokenizer.padId!),
          lengths: new Int32Array(size),
          channels: { labels: new Int32Array(size * bucket).fill(-100) },
        };
        for (let row = 0; row < size; row++) {
          const own = (name: string) => tensor(name).subarray(row * length, (row + 1) * length);
          arrays.inputIds.set(own("input_ids"), row * bucket);
          arrays.lengths[row] = own("attention_mask").reduce((sum, bit) => sum + bit, 0);
          // What the state at a position predicts is the token after it.
          arrays.channels.labels.set(id === "causal-lm" ? own("labels").subarray(1) : own("labels"), row * bucket);
        }
        return arrays;
      });
      const workspace = new Workspace(executor, "test");
      const buffers = new BatchBuffers(executor, size, bucket, "test", [task.labels]);
      const start = trainedParts(tensors, "initial", model.config);
      const run = new Run(
        executor,
        model,
        {
          name: method,
          ...resolveMethod(model, { name: method, method, options: { ...options, ...text } }, 0),
          learningRate: described.optimizer.learningRate,
          weightDecay: described.optimizer.weightDecay,
          gradClip: null,
          task,
          classes: described.labels?.length ?? 0,
          pooling: "last",
          seed: 0,
          steps: described.steps,
          initial: start,
        },
        new Map([[bucket, buffers]]),
        workspace,
      );
      workspace.allocate();
      await run.compile();
      try {
        const count = run.trainables.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
        expect(count).toBe(described.trainableCount.total);
        const losses = executor.memory.allocate(followed * 4, {
          label: "losses",
          category: "runtime",
          owner: "test",
        });
        for (let step = 0; step < followed; step++) {
          buffers.upload(batches[step % batches.length]!);
          await run.train(bucket, step, described.optimizer.learningRate, (commands) =>
            commands.copy(run.stepFigures, 0, losses, step * 4, 4),
          );
          if (step > 0) continue;
          const gradients = await run.parameters.readGradients();
          for (const [tensor, expected] of trainedParts(tensors, "gradient", model.config)) {
            expect(relativeDistance(gradients.get(tensor)!, expected), `gradient of ${tensor}`).toBeLessThan(1e-3);
          }
          const { data, shape } = tensors.get("logits")!;
          const [, length, width] = shape as [number, number, number];
          const compiled = run.step(bucket);
          if (id === "token-classification") {
            const all = new Float32Array(await executor.read(compiled.logits, size * bucket * width * 4));
            const mask = tensors.get("batch.0.attention_mask")!.data;
            for (let place = 0; place < size * length; place++) {
              if (mask[place] === 0) continue;
              const own = (Math.floor(place / length) * bucket + (place % length)) * width;
              const expected = (data as Float32Array).subarray(place * width, (place + 1) * width);
              expect(largestDifference(all.subarray(own, own + width), expected)).toBeLessThan(1e-4);
            }
            continue;
          }
          // The language head's logits are never held; what was predicted and lost at every
          // labelled position says the same.
          const predicted = new Float32Array(await executor.read(compiled.recorded, size * bucket * 4));
          const lost = new Float32Array(await executor.read(compiled.losses, size * bucket * 4));
          batches[0]!.channels.labels.forEach((label: number, place: number) => {
            const begin = (Math.floor(place / bucket) * length + (place % bucket)) * width;
            const row = Array.from((data as Float32Array).subarray(begin, begin + width));
            if (label < 0) {
              expect([predicted[place], lost[place]]).toEqual([0, 0]);
              return;
            }
            expect(predicted[place]).toBe(row.indexOf(Math.max(...row)));
            const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
            expect(Math.abs(lost[place]! - (Math.log(sum) - row[label]!))).toBeLessThan(1e-4);
          });
        }
        const trace = new Float32Array(await executor.read(losses, followed * 4));
        for (const [step, expected] of (described.lossTrace as number[]).slice(0, followed).entries()) {
          expect(Math.abs(trace[step]! - expected) / expected, `loss before update ${step}`).toBeLessThan(1e-3);
        }
        if (followed < described.steps) return;
        const final = await run.parameters.read();
        for (const [tensor, expected] of trainedParts(tensors, "final", model.config)) {
          expect(relativeDistance(final.get(tensor)!, expected), `${tensor} after 20 updates`).toBeLessThan(1e-2);
        }
      } finally {
        await run.release();
        executor.memory.releaseOwner("test");
      }
    },
  );
});
