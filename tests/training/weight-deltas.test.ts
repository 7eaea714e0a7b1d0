/**
 * LoRA's family against PyTorch following PEFT, on the tiny models: counts, start, logits,
 * gradients, a 20-step AdamW trace with penalties and allocated ranks, and what is exported, read
 * back and converted. The cases PEFT itself computed are in `reference.test.ts`; these are made by
 * `tools/fixtures/weight_deltas.py` without PEFT, and held against PEFT's own training by
 * `tools/peft/weight_deltas.py`, which saved the folders.
 */

import { strFromU8 } from "fflate";
import { beforeAll, describe, expect, test } from "vitest";
import { productAt } from "../../src/adapters/base-change";
import type { AdapterFolder } from "../../src/adapters/folder";
import { readAdapterFiles } from "../../src/adapters/read";
import { adapterFiles } from "../../src/adapters/write";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { exportRun } from "../../src/folders/export";
import { importedRun } from "../../src/folders/imported-run";
import type { NamedTensor } from "../../src/hub/write-safetensors";
import { RANKS } from "../../src/methods/adalora/allocation";
import type { ModuleRank, Observation } from "../../src/methods/controller";
import { methodOf } from "../../src/methods/registry";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import type { Values } from "../../src/runs/parameters";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { countPart } from "../../src/runs/trainable-count";
import { Workspace } from "../../src/runs/workspace";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { importedValues } from "../fixtures/imported-values";
import { fixtureFile, fixtureJson, fixtureModel, fixtureTensors } from "../fixtures/reference";
import { type WeightDeltaCase as Case, weightDeltaCases as cases } from "../fixtures/weight-delta-cases";
import { largestDifference, relativeDistance } from "./compare";
import { testExecutor } from "./executor";
import { publish } from "./measured";

type Tensors = Awaited<ReturnType<typeof fixtureTensors>>;
const LABELS = ["a", "b", "c", "d", "e"];
/** Runs of a test are alive at the same time. */
let owners = 0;

function part(tensors: Tensors, kind: string): Map<string, Float32Array> {
  const entries = [...tensors].filter(([name]) => name.startsWith(`${kind}.`));
  return new Map(entries.map(([name, { data }]) => [name.slice(kind.length + 1), data as Float32Array]));
}

/** The case's four batches, all padded to the longest. */
function batchesOf(tensors: Tensors, padId: number) {
  const read = Array.from({ length: 4 }, (_, index) => {
    const tensor = (name: string) => tensors.get(`batch.${index}.${name}`)!;
    const [size, length] = tensor("input_ids").shape as [number, number];
    const mask = tensor("attention_mask").data as Int32Array;
    const lengths = Int32Array.from({ length: size }, (_, row) =>
      mask.slice(row * length, (row + 1) * length).reduce((sum, bit) => sum + bit, 0),
    );
    return {
      size,
      length,
      ids: tensor("input_ids").data as Int32Array,
      lengths,
      labels: tensor("labels").data as Int32Array,
    };
  });
  const tokens = Math.max(...read.map(({ length }) => length));
  return read.map(({ size, length, ids, lengths, labels }) => {
    const inputIds = new Int32Array(size * tokens).fill(padId);
    for (let row = 0; row < size; row++) inputIds.set(ids.subarray(row * length, (row + 1) * length), row * tokens);
    return { size, batchSize: size, tokens, bucket: tokens, inputIds, lengths, channels: { labels } };
  });
}

type Batch = ReturnType<typeof batchesOf>[number];

/** With B·A in place of LoRA's matrices B and A. */
function products(tensors: readonly NamedTensor[]): NamedTensor[] {
  return tensors.flatMap((tensor): NamedTensor[] => {
    const { name } = tensor;
    if (name.endsWith("lora_B.weight")) return [];
    if (!name.endsWith("lora_A.weight")) return [tensor];
    const up = tensors.find((other) => other.name === name.replace("lora_A", "lora_B"))!;
    const shape = [up.shape[0]!, tensor.shape[1]!];
    const data = Float32Array.from({ length: shape[0]! * shape[1]! }, (_, at) =>
      productAt(up, tensor, Math.floor(at / shape[1]!), at % shape[1]!),
    );
    return [{ name: name.replace("lora_A", "product"), shape, data }];
  });
}

describe.each(Object.keys(cases))("%s", (rig) => {
  let executor: Executor;
  let model: BaseModel;
  beforeAll(async () => {
    executor = await testExecutor();
    model = await BaseModel.load(executor, fixtureModel(rig));
    return () => model.release();
  });

  /** A compiled run on a batch's shape, released after `use`. */
  async function withRun<Result>(
    { method, options }: Case,
    batch: Batch,
    setup: { learningRate?: number; weightDecay?: number; initial?: Values; onWatched?: Run["setup"]["onWatched"] },
    use: (run: Run, buffers: BatchBuffers) => Promise<Result>,
  ): Promise<Result> {
    const owner = `test ${owners++}`;
    const workspace = new Workspace(executor, owner);
    const buffers = new BatchBuffers(executor, batch.size, batch.tokens, owner);
    const run = new Run(
      executor,
      model,
      {
        name: method,
        owner,
        learningRate: 1e-3,
        weightDecay: 0.01,
        gradClip: null,
        task: sequenceClassification,
        classes: LABELS.length,
        pooling: "last",
        seed: 0,
        steps: 20,
        ...setup,
        ...resolveMethod(model, { name: method, method, options }, 0),
      },
      new Map([[batch.tokens, buffers]]),
      workspace,
    );
    workspace.allocate();
    await run.compile();
    buffers.upload(batch);
    try {
      return await use(run, buffers);
    } finally {
      await run.release();
      workspace.release();
      executor.memory.releaseOwner(owner);
    }
  }

  async function infer(run: Run, { size, tokens }: Batch): Promise<Float32Array> {
    const { logits } = await run.infer(tokens);
    return new Float32Array(await executor.read(logits, size * LABELS.length * 4));
  }

  function exported(run: Run, conversion: string | null = null) {
    const facts = {
      labels: LABELS,
      maxLength: 22,
      data: { file: "rows", trainRows: 16, validationRows: 0 },
      steps: 20,
      metrics: null,
      versions: {},
      droppedLeadingTokens: 0,
      record: {},
    };
    return exportRun(model, run, facts, conversion);
  }

  /**
   * What a folder, written by the studio or by PEFT, says about the batch, once read strictly and
   * without its run.json.
   */
  async function readBack(written: AdapterFolder | Record<string, Uint8Array>, batch: Batch) {
    const files = "tensors" in written ? adapterFiles({ ...(written as AdapterFolder), run: null }) : written;
    const folder = await readAdapterFiles(files as Record<string, Uint8Array>);
    const imported = importedRun(folder, "again").run;
    const initial = importedValues(folder, model.config.layers, "trained");
    const logits = await withRun(imported as Case, batch, { initial }, (again) => infer(again, batch));
    return { config: folder.config, imported, logits };
  }

  test.for(Object.entries(cases[rig]!))(
    "%s: as PyTorch computes it, and as it is read back",
    { timeout: 120_000 },
    async ([name, one], context) => {
      const path = `../weight-deltas/${rig}/${name}`;
      const described = await fixtureJson(`${path}.json`);
      const tensors = await fixtureTensors(`${path}.safetensors`);
      const batches = batchesOf(tensors, model.tokenizer.padId!);
      const saved = one.method !== "dylora";
      const { learningRate, weightDecay, steps, lossTrace, penaltyTrace, history } = described;
      const initial = part(tensors, "initial");
      const seen: { step: number; ranks: readonly ModuleRank[] }[] = [];
      const onWatched = (watched: Observation, step: number) => {
        if (watched.type === "ranks") seen.push({ step, ranks: watched.ranks });
      };
      await withRun(one, batches[0]!, { learningRate, weightDecay, initial, onWatched }, async (run, buffers) => {
        expect(countPart(run.trainables, "adapter")).toBe(described.adapterCount);
        expect(run.trainables.map((tensor) => tensor.name).sort()).toEqual([...initial.keys()].sort());
        const kept = executor.memory.allocate(steps * 12, {
          label: "step figures",
          category: "runtime",
          owner: run.owner,
        });
        for (let step = 0; step < steps; step++) {
          const batch = batches[step % 4]!;
          buffers.upload(batch);
          await run.train(batch.tokens, step, learningRate, (commands) =>
            commands.copy(run.stepFigures, 0, kept, step * 12, 12),
          );
          if (step > 0) continue;
          const logits = new Float32Array(
            await executor.read(run.step(batch.tokens).logits, batch.size * LABELS.length * 4),
          );
          const logitsError = largestDifference(logits, tensors.get("logits")!.data);
          expect(logitsError).toBeLessThan(1e-4);
          let gradientError = 0;
          const gradients = await run.parameters.readGradients();
          for (const [tensor, expected] of part(tensors, "gradient")) {
            const distance = relativeDistance(gradients.get(tensor)!, expected);
            expect(distance, `gradient of ${tensor}`).toBeLessThan(1e-3);
            gradientError = Math.max(gradientError, distance);
          }
          const { model_type: modelType } = await fixtureJson(`models/${rig}/config.json`);
          const errors = { logits: logitsError, gradients: gradientError };
          publish(context, { rig, modelType, method: one.method, name, ...errors });
        }
        const stepFigures = new Float32Array(await executor.read(kept, steps * 12));
        for (const [step, expected] of lossTrace.entries()) {
          expect(Math.abs(stepFigures[step * 3]! / expected - 1), `loss before update ${step}`).toBeLessThan(1e-3);
          const penalty = penaltyTrace[step];
          if (penalty !== null) expect(Math.abs(stepFigures[step * 3 + 2]! / penalty - 1)).toBeLessThan(1e-4);
        }
        const final = await run.parameters.read();
        for (const [tensor, expected] of part(tensors, "final")) {
          expect(relativeDistance(final.get(tensor)!, expected), `${tensor} after 20 updates`).toBeLessThan(1e-2);
        }
        await run.drained();
        if (one.method === "adalora") await checkRanks(run, tensors, history, seen);
        buffers.upload(batches[0]!);
        if (saved) await checkPeft(run, one, path, batches[0]!);
        if (rig === "tiny-llama") await checkExport(run, one, batches[0]!);
      });
    },
  );

  async function checkRanks(
    run: Run,
    tensors: Tensors,
    history: [step: number, budget: number, ranks: Record<string, number>][],
    seen: readonly { step: number; ranks: readonly ModuleRank[] }[],
  ) {
    const [first, ...others] = seen;
    expect(first).toMatchObject({ step: 0 });
    expect(first!.ranks.every(({ rank }) => rank === 4)).toBe(true);
    const told = others.map(({ step, ranks }) => [
      step,
      ranks.reduce((sum, { rank }) => sum + rank, 0),
      Object.fromEntries(ranks.map(({ module, rank }) => [module, rank])),
    ]);
    expect(told).toEqual(history);
    const ranks = (await run.parameters.readControllerStates()).get(RANKS)!;
    const modules = first!.ranks.map(({ module }) => [...tensors.get(`kept.${module}`)!.data]);
    expect([...ranks]).toEqual(modules.flat());
  }

  /** The run as a folder, and that folder read back as a run. */
  async function checkExport(run: Run, { method }: Case, batch: Batch) {
    const expected = await infer(run, batch);
    const own = await readBack(await exported(run), batch);
    expect(own.imported.method).toBe(method === "dylora" ? "lora" : method);
    expect(largestDifference(own.logits, expected)).toBeLessThan(1e-4);
    for (const { id } of methodOf(method).conversions ?? []) {
      const converted = await readBack(await exported(run, id), batch);
      expect(converted.config.peft_type).toBe("LORA");
      expect(largestDifference(converted.logits, expected)).toBeLessThan(1e-4);
    }
    if (!run.dial) return;
    // A smaller rank is another function, and the folder is that function.
    run.turn(2);
    const smaller = await infer(run, batch);
    expect(largestDifference(smaller, expected)).toBeGreaterThan(1e-3);
    const cut = await readBack(await exported(run), batch);
    expect(cut.config).toMatchObject({ r: 2, lora_alpha: 8 });
    expect(largestDifference(cut.logits, smaller)).toBeLessThan(1e-4);
  }

  /**
   * The folder against the one that PEFT saved after the same training, and what PEFT's says here.
   */
  async function checkPeft(run: Run, one: Case, path: string, batch: Batch) {
    const files: Record<string, Uint8Array> = {};
    for (const name of ["adapter_config.json", "adapter_model.safetensors"]) {
      const file = await fixtureFile(`${path}/${name}`);
      files[name] = await file.read(0, file.size);
    }
    const own = adapterFiles(await exported(run));
    const [config, theirs] = [own, files].map((folder) => JSON.parse(strFromU8(folder["adapter_config.json"]!)));
    const asSet = (settings: object & { target_modules: string[]; peft_version: string }) => ({
      ...settings,
      peft_version: settings.peft_version.replace(/\.\d+$/, ""),
      base_model_name_or_path: null,
      target_modules: [...settings.target_modules].sort(),
    });
    expect(asSet(config)).toEqual(asSet(theirs));
    const [read, saved] = await Promise.all(
      [own, files].map(async (folder) => (await readAdapterFiles(folder)).tensors),
    );
    const shapes = (tensors: readonly NamedTensor[]) =>
      Object.fromEntries(tensors.map(({ name, shape }) => [name, [...shape]]));
    expect(shapes(read!)).toEqual(shapes(saved!));
    // What the matrices began with has other signs in every library; their product has not.
    const compared = one.options.start === undefined ? (tensors: readonly NamedTensor[]) => tensors : products;
    const values = new Map(compared(read!).map(({ name, data }) => [name, data]));
    for (const { name, data } of compared(saved!)) {
      expect(relativeDistance(values.get(name)!, data), name).toBeLessThan(1e-2);
    }
    const { logits } = await readBack(files, batch);
    const expected = (await fixtureTensors(`${path}/logits.safetensors`)).get("logits")!.data;
    expect(largestDifference(logits, expected)).toBeLessThan(1e-4);
  }
});
