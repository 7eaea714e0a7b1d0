/**
 * The training in the studio itself: a run of its own classes, stepped by hand, on the executor
 * asked for.
 */

import { BaseModel } from "../../../src/base/base-model";
import { fetchBuild } from "../../../src/executors/processor/build";
import { ProcessorExecutor } from "../../../src/executors/processor/executor";
import { openDevice } from "../../../src/executors/webgpu/device";
import { WebgpuExecutor } from "../../../src/executors/webgpu/executor";
import { bytesFile } from "../../../src/hub/sources";
import type { ModelFolder } from "../../../src/hub/types";
import { BatchBuffers } from "../../../src/runs/batch-buffers";
import { resolveMethod } from "../../../src/runs/resolve";
import { Run } from "../../../src/runs/run";
import { Workspace } from "../../../src/runs/workspace";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import type { Case, CaseBatch } from "../case";
import type { Trainer } from "./trainer";

const OWNER = "peers";

/** The bundled model that the case was made from, served beside it. */
const folder: ModelFolder = {
  source: "dir:model",
  name: "model",
  async open(name) {
    const response = await fetch(`/model/${name}`);
    return response.ok ? bytesFile(name, new Uint8Array(await response.arrayBuffer())) : null;
  },
};

async function openExecutor(backend: "processor" | "webgpu", threads: number) {
  if (backend === "processor") return new ProcessorExecutor({ build: () => fetchBuild("plain"), threads });
  const opened = await openDevice();
  if (!("device" in opened)) throw new Error(opened.message);
  return new WebgpuExecutor(opened.device, { software: opened.software });
}

export async function openStudio(given: Case, backend: "processor" | "webgpu", threads: number): Promise<Trainer> {
  const { rows, tokens, classes, lora, optimizer, tensors, trained } = given;
  const executor = await openExecutor(backend, threads);
  const model = await BaseModel.load(executor, folder);
  const workspace = new Workspace(executor, OWNER);
  const batch = new BatchBuffers(executor, rows, tokens, OWNER);
  const plan = { name: "LoRA", method: "lora", options: { ...lora } };
  const run = new Run(
    executor,
    model,
    {
      name: plan.name,
      ...resolveMethod(model, plan, 0),
      learningRate: optimizer.learningRate,
      weightDecay: optimizer.weightDecay,
      gradClip: null,
      task: sequenceClassification,
      classes,
      pooling: "last",
      seed: 0,
      initial: new Map(trained.map((name) => [name, tensors.get(name)!.data])),
    },
    new Map([[tokens, batch]]),
    workspace,
  );
  workspace.allocate();
  await run.compile();
  let updates = 0;
  return {
    version: "this studio",
    threads: executor.kind === "processor" ? executor.threads : null,
    async step({ ids, lengths, labels }: CaseBatch) {
      batch.upload({
        inputIds: Int32Array.from(ids),
        lengths: Int32Array.from(lengths),
        channels: { labels: Int32Array.from(labels) },
      });
      await run.train(tokens, updates++, optimizer.learningRate);
      return new Float32Array(await executor.read(run.stepFigures, 4))[0]!;
    },
  };
}
