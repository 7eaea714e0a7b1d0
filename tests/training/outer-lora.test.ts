/**
 * LoRA on word embeddings and on the head over the vocabulary, against PEFT: loss, gradients, what
 * is predicted, and the folder. All 20 updates, and the other rigs, are in
 * `tests/unit/backward/outer-lora.test.ts`.
 */

import { strFromU8 } from "fflate";
import { beforeAll, expect, test } from "vitest";
import { readAdapterFiles } from "../../src/adapters/read";
import { adapterFiles as writtenFiles } from "../../src/adapters/write";
import { NextToken } from "../../src/answers/next-token";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { exportRun } from "../../src/folders/export";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { countPart } from "../../src/runs/trainable-count";
import { Workspace } from "../../src/runs/workspace";
import { tasks } from "../../src/tasks/registry";
import { outerLoraCases } from "../fixtures/outer-lora-cases";
import { adapterFiles, fixtureModel, outerLoraCase } from "../fixtures/reference";
import { largestDifference, relativeDistance } from "./compare";
import { testExecutor } from "./executor";
import { publish } from "./measured";

const LABELS = ["a", "b", "c", "d", "e"];
let executor: Executor;
beforeAll(async () => {
  executor = await testExecutor();
});

test.for(["tiny-gpt2"])("%s", { timeout: 120_000 }, async (rig, context) => {
  const { task: id, options } = outerLoraCases[rig]!;
  const causal = id === "causal-lm";
  const { described, tensors } = await outerLoraCase(rig);
  const model = await BaseModel.load(executor, fixtureModel(rig));
  const part = (kind: string) =>
    new Map(
      [...tensors].flatMap(([name, { data }]) =>
        name.startsWith(`${kind}.`) ? [[name.slice(kind.length + 1), data as Float32Array] as const] : [],
      ),
    );
  const [size] = tensors.get("batch.0.input_ids")!.shape as [number, number];
  const tokens = Math.max(...[0, 1].map((index) => tensors.get(`batch.${index}.input_ids`)!.shape[1]!));
  const batches = [0, 1].map((index) => {
    const own = (name: string) =>
      tensors.get(`batch.${index}.${name}`)! as { data: Int32Array; shape: readonly number[] };
    const length = own("input_ids").shape[1]!;
    const padded = (name: string, filling: number) => {
      const rows = new Int32Array(size * tokens).fill(filling);
      for (let row = 0; row < size; row++) {
        rows.set(own(name).data.subarray(row * length, (row + 1) * length), row * tokens);
      }
      return rows;
    };
    const mask = padded("attention_mask", 0);
    const lengths = Int32Array.from({ length: size }, (_, row) =>
      mask.subarray(row * tokens, (row + 1) * tokens).reduce((sum, bit) => sum + bit, 0),
    );
    const inputIds = padded("input_ids", model.tokenizer.padId ?? 0);
    return {
      batchSize: size,
      bucket: tokens,
      inputIds,
      lengths,
      channels: { labels: causal ? padded("next", -100) : own("labels").data },
    };
  });
  const workspace = new Workspace(executor, "test");
  const buffers = new BatchBuffers(executor, size, tokens, "test", [tasks[id].labels]);
  const { learningRate, weightDecay } = described;
  const run = new Run(
    executor,
    model,
    {
      name: "outer",
      owner: "test",
      learningRate,
      weightDecay,
      gradClip: null,
      task: tasks[id],
      classes: causal ? 0 : LABELS.length,
      pooling: "last",
      seed: 0,
      steps: 20,
      ...resolveMethod(model, { name: "outer", method: "lora", options }, 0),
      initial: part("initial"),
    },
    new Map([[tokens, buffers]]),
    workspace,
  );
  workspace.allocate();
  await run.compile();
  try {
    expect(countPart(run.trainables, "adapter")).toBe(described.adapterCount);
    const logits = tensors.get("logits")!;
    let logitsError = 0;
    if (causal) {
      // What it predicts after the first row, by the path that generation takes.
      const length = batches[0]!.lengths[0]!;
      const next = new NextToken(executor, model, run, 1);
      const [predicted] = await next.logits([batches[0]!.inputIds.slice(0, length)]);
      await next.release();
      const width = logits.shape.at(-1)!;
      logitsError = largestDifference(predicted!, logits.data.subarray((length - 1) * width, length * width));
    }
    const losses = executor.memory.allocate(8, { label: "losses", category: "runtime", owner: "test" });
    let gradientError = 0;
    for (const [step, batch] of batches.entries()) {
      buffers.upload(batch);
      await run.train(tokens, step, learningRate, (commands) => commands.copy(run.stepFigures, 0, losses, step * 4, 4));
      if (step > 0) continue;
      if (!causal) {
        const computed = await executor.read(run.step(tokens).logits, logits.data.length * 4);
        logitsError = largestDifference(new Float32Array(computed), logits.data);
      }
      const gradients = await run.parameters.readGradients();
      for (const [name, expected] of part("gradient")) {
        const distance = relativeDistance(gradients.get(name)!, expected);
        expect(distance, `gradient of ${name}`).toBeLessThan(1e-3);
        gradientError = Math.max(gradientError, distance);
      }
    }
    expect(logitsError).toBeLessThan(1e-4);
    const trace = new Float32Array(await executor.read(losses, 8));
    trace.forEach((loss, step) => {
      expect(Math.abs(loss / described.lossTrace[step] - 1), `loss before update ${step}`).toBeLessThan(1e-3);
    });
    publish(context, {
      rig,
      modelType: rig.replace("tiny-", ""),
      method: "lora",
      name: "outer",
      logits: logitsError,
      gradients: gradientError,
    });

    const folder = await exportRun(model, run, {
      labels: causal ? [] : LABELS,
      maxLength: 22,
      data: { file: "rows", trainRows: 16, validationRows: 0 },
      steps: 20,
      metrics: null,
      versions: {},
      droppedLeadingTokens: 0,
      record: {},
    });
    const [own, theirs] = [writtenFiles(folder), await adapterFiles(`outer-lora/${rig}`)];
    const [config, saved] = [own, theirs].map((files) => JSON.parse(strFromU8(files["adapter_config.json"]!)));
    // What PEFT writes of fan_in_fan_out is its last module's; it goes by each module's class when
    // it loads.
    const fanInFanOut = rig === "tiny-gpt2";
    expect({ ...config, base_model_name_or_path: null, target_modules: [...config.target_modules].sort() }).toEqual({
      ...saved,
      fan_in_fan_out: fanInFanOut,
      target_modules: [...saved.target_modules].sort(),
    });
    const [read, peft] = await Promise.all([own, theirs].map(async (files) => (await readAdapterFiles(files)).tensors));
    const shapes = (list: typeof read) => Object.fromEntries(list!.map(({ name, shape }) => [name, [...shape]]));
    expect(shapes(read)).toEqual(shapes(peft));
  } finally {
    await run.release();
    workspace.release();
    executor.memory.releaseOwner("test");
    await model.release();
  }
});
