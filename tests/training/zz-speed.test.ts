import { readFile } from "node:fs/promises";
import { test } from "vitest";
import { bytesFile } from "../../src/hub/sources";
import { methodOf } from "../../src/methods/registry";
import { BaseModel } from "../../src/training/base-model";
import { BatchBuffers } from "../../src/training/batch-buffers";
import { parseOptions, Run } from "../../src/training/run";
import { Workspace } from "../../src/training/workspace";
import { processor } from "./executor";

const folder = (path: string) =>
  ({
    source: `dir:${path}`,
    name: path,
    open: async (name: string) => {
      try {
        return bytesFile(name, await readFile(`${path}/${name}`));
      } catch {
        return null;
      }
    },
  }) as never;
for (const threads of (process.env.T ?? "1 2").split(" ").map(Number))
  test(`threads ${threads}`, async () => {
    const executor = await processor(threads);
    const MB = (n: number) => (n / 2 ** 20).toFixed(1);
    const model = await BaseModel.load(executor, folder(process.env.M ?? "public/models/tiny-base"));
    console.log("model", MB(executor.memory.bytes().total), MB(model.gpuBytes));
    const [size, tokens] = (process.env.S ?? "8 64").split(" ").map(Number) as [number, number];
    for (const [method, options] of (process.env.METHODS ?? "lora sk-prefix prefix full linear-probe")
      .split(" ")
      .map((m) => [m, {}] as const)) {
      const workspace = new Workspace(executor, "x");
      const batch = new BatchBuffers(executor, size, tokens, "x");
      const before = executor.memory.bytes().total;
      const t0 = performance.now();
      const run = new Run(
        executor,
        model,
        {
          name: method,
          method: methodOf(method),
          options: parseOptions(model, { name: method, method, options }),
          learningRate: 1e-3,
          weightDecay: null,
          gradClip: 1,
          classes: 4,
          pooling: model.poolings[0]!,
          seed: 0,
          steps: 1000,
        },
        new Map([[tokens, batch]]),
        workspace,
      );
      workspace.allocate();
      const t1 = performance.now();
      await run.compile();
      const t2 = performance.now();
      const ids = Int32Array.from({ length: size * tokens }, (_, i) => (i * 7919) % model.config.vocabulary);
      batch.upload({
        inputIds: ids,
        lengths: new Int32Array(size).fill(tokens),
        labels: Int32Array.from({ length: size }, (_, i) => i % 4),
      } as never);
      const step = run.step(tokens);
      const times: Record<string, number[]> = { forward: [], backward: [], step: [] };
      for (let i = 0; i < 12; i++) {
        let t = performance.now();
        await step.forward();
        times.forward!.push(performance.now() - t);
        t = performance.now();
        const c = executor.commands();
        step.recordLoss(c);
        step.recordBackward(c);
        await c.submit();
        times.backward!.push(performance.now() - t);
        t = performance.now();
        await run.train(tokens, i, 1e-3);
        times.step!.push(performance.now() - t);
      }
      const median = (x: number[]) =>
        x
          .slice(3)
          .sort((a, b) => a - b)[4]!
          .toFixed(1);
      console.log(
        threads,
        method,
        `build ${(t1 - t0).toFixed(0)} compile ${(t2 - t1).toFixed(0)}`,
        Object.entries(times)
          .map(([n, x]) => `${n} ${median(x)}`)
          .join(" "),
        "heap +",
        MB(executor.memory.bytes().total - before),
        "ours",
        MB(executor.memory.bytes("run " + method).total),
        "activations",
        MB(run.activationBytes),
      );
      await run.release();
      executor.memory.releaseOwner("x");
    }
  }, 1e6);
