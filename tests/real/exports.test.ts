/**
 * Two steps of every method that PEFT or AdapterHub can load, on real models, exported with the
 * validation loss that the studio gives: `tools/real/check_exports.py` loads the folders
 * afterwards. Not for the losses' agreement, which is found there.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adapterFiles } from "../../src/adapters/write";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { exportRun } from "../../src/folders/export";
import { methodOf, methods } from "../../src/methods/registry";
import { parseOptions } from "../../src/runs/resolve";
import { cache } from "../../tools/real/cache.mjs";
import { createComparison } from "../training/tiny-comparison";
import { realExecutor } from "./executor";
import { full, type RealModel, realModels, realRig } from "./rig";
import { type RealRows, type RealTask, realRows } from "./rows";

/** On SmolLM2 a step takes seconds: one method of each form. */
const SOON = [
  ...["lora", "dora", "adalora", "vera", "ia3", "ln-tuning", "road", "beft", "miss", "loha", "lokr", "hira", "gralora"],
  ...["randlora", "fourierft", "c3a", "oft", "delora"],
  ...["sk-prefix", "prefix", "cartridge", "prompt", "p-tuning", "adapter-pfeiffer"],
];

/** Options where the defaults are not for two steps or not what others load. */
const options: Record<string, Record<string, unknown>> = {
  adalora: { initialRank: 4, targetRank: 2 },
  "p-tuning": { hidden: 32 },
};

/**
 * From noise as keys and values, SmolLM2's loss moves by nearly 1e-5 with the order of float32
 * sums: PyTorch's own with its threads and its attention kernels, to both sides of float64's.
 * MiniLM and the bundled model start from noise.
 */
const fromText: Record<string, Record<string, unknown>> = {
  prefix: { init: "text", virtualTokens: null },
  cartridge: { init: "text", virtualTokens: 8 },
};

/**
 * Further ways in which a folder can say what was trained, on the bundled model: method and options
 * by run.
 */
const variants: Record<string, readonly [method: string, options: Record<string, unknown>]> = {
  rslora: ["lora", { rank: 4, rankStabilised: true }],
  "lora-patterns": ["lora", { targets: "all-linear", rankPattern: { k_proj: 2 }, alphaPattern: { v_proj: 3 } }],
  "lora-blocks": ["lora", { targets: ["q_proj", "down_proj"], layers: "1-2" }],
  "lora-expression": ["lora", { pattern: ".*\\.[02]\\.mlp\\..*" }],
  "lora-embeddings": ["lora", { targets: ["embed_tokens", "q_proj"], learningRateRatio: 16 }],
  "lora-head": ["lora", { targets: ["lm_head", "v_proj"], learningRateRatio: 16 }],
  "lora-gaussian": ["lora", { start: "gaussian", rank: 4 }],
  "lora-orthogonal": ["lora", { start: "orthogonal", rank: 4 }],
  "lora-pissa": ["lora", { start: "pissa", rank: 4, rankPattern: { v_proj: 2 } }],
  "lora-olora": ["lora", { start: "olora", rank: 4, rankStabilised: true }],
  "miss-blocks": ["miss", { rank: 7, targets: ["q_proj", "down_proj"], layers: "1-2" }],
  "loha-all": ["loha", { rank: 3, alpha: 5, targets: "all-linear" }],
  "lokr-both": ["lokr", { rank: 2, factor: 8, both: true, targets: ["q_proj", "down_proj"] }],
  "gralora-4": ["gralora", { rank: 2, blocks: 4, layers: "0, 2" }],
  "randlora-sparse": [
    "randlora",
    { rank: 8, bases: "sparse", saveProjection: false, targets: ["q_proj", "down_proj"] },
  ],
  "fourierft-zero": ["fourierft", { frequencies: 100, start: "zero", layers: "1-2" }],
  "c3a-blocks": ["c3a", { blockSize: 16, start: "gaussian", targets: ["k_proj", "down_proj"], layers: "0, 2" }],
  "oft-3": ["oft", { blockSize: 16, terms: 3, targets: "all-linear" }],
  "delora-all": ["delora", { rank: 3, strength: 4, targets: "all-linear" }],
  "hira-expression": ["hira", { rank: 3, pattern: ".*\\.[02]\\.mlp\\..*" }],
  "ia3-attention": ["ia3", { targets: ["k_proj"], feedForward: [] }],
  "road-2": ["road", { variant: "road_2", targets: ["k_proj", "down_proj"] }],
  "road-4-blocks": ["road", { variant: "road_4", groupSize: 16, layers: "1-2" }],
  "beft-all": ["beft", { targets: "all-linear" }],
  "sk-prefix-shared": ["sk-prefix", { shared: true }],
  "prefix-text": ["prefix", { init: "text", virtualTokens: null }],
  "cartridge-text": ["cartridge", { init: "text", frozenTokens: 2 }],
  "prefix-mlp": ["prefix", { projection: 16 }],
  "prompt-text": ["prompt", { init: "text", virtualTokens: null }],
  "p-tuning-lstm": ["p-tuning", { encoder: "lstm", hidden: 16 }],
  "adapter-learned": ["adapter-houlsby", { learnedScale: true, scale: 0.7 }],
  "adapter-reduction": ["adapter-pfeiffer", { reductionFactor: 5, activation: "silu", scale: 0.5 }],
};

/** What does not suit a model at all. */
const without: Record<RealModel, readonly string[]> = {
  "minilm-l6": [],
  "smollm2-135m": ["bitfit"],
  "tiny-base": ["bitfit"],
};

const plans: Record<RealModel, readonly RealTask[]> = {
  "minilm-l6": ["sequence-classification"],
  "smollm2-135m": full ? ["sequence-classification", "causal-lm"] : ["sequence-classification"],
  "tiny-base": ["sequence-classification", "causal-lm"],
};
const cases = realModels.flatMap((model) => plans[model].map((task) => ({ model, task })));

describe.each(cases)("$model, $task", ({ model: name, task }) => {
  const root = join(cache, "exports", name, task);
  const exported: { run: string; validation: { last: { loss: number } } }[] = [];
  let executor: Executor;
  let model: BaseModel;
  let rows: RealRows;

  beforeAll(async () => {
    executor = await realExecutor();
    model = await BaseModel.load(executor, await realRig(name).folder(), undefined, "float32");
    rows = await realRows(model, task);
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, "rows.jsonl"), rows.validationFile);
  });
  afterAll(() => {
    // Also of those that were exported before another failed.
    if (exported.length > 0)
      writeFileSync(join(root, "summary.json"), `${JSON.stringify({ runs: exported }, null, 1)}\n`);
    model?.release();
  });

  const all = methods.filter((method) => !without[name].includes(method.id));
  const own = (name === "smollm2-135m" && !full ? SOON : all.map(({ id }) => id)).map((id) => ({
    run: id,
    method: id,
    chosen: (name === "smollm2-135m" ? fromText[id] : undefined) ?? options[id] ?? {},
  }));
  const further = Object.entries(name === "tiny-base" ? variants : {}).map(([run, [method, chosen]]) => ({
    run,
    method,
    chosen,
  }));
  test.for([...own, ...further])("$run", async ({ run, method, chosen }, { skip }) => {
    // Faster than one would train: after two steps the adapter must matter.
    const plan = { name: run, method, options: chosen, learningRateFactor: 3 };
    const form = methodOf(method).exportForm(parseOptions(model, plan), model);
    if (form.type === "STUDIO") skip("its folder is the studio's own");
    const unlike = form.type === "BOTTLENECK" && form.parallel && !form.residual;
    if (unlike || (form.type === "BOTTLENECK" && (name === "minilm-l6" || task === "causal-lm")))
      skip("its card says why AdapterHub would not predict the same");
    if ((form.type === "CPT" || run === "lora-head") && task !== "causal-lm")
      skip("PEFT has it for language modelling only");
    const training = { steps: 2, batchSize: 3, calibrate: task === "sequence-classification" };
    const created = createComparison(executor, model, { data: rows.data, runs: [plan], training });
    const { comparison } = created;
    try {
      await comparison.prepare();
      await comparison.train();
      const losses = created.of("evaluation", run).map(({ loss }) => loss);
      const loss = losses.at(-1)!;
      if (comparison.run(run).trainables.length > 0) expect(Math.abs(loss - losses[0]!)).toBeGreaterThan(1e-4);
      const calibration = comparison.calibration(run);
      expect(calibration !== null).toBe(training.calibrate);
      const folder = await exportRun(model, comparison.run(run), {
        labels: rows.data.labels,
        data: { file: "rows.jsonl", trainRows: rows.data.train.length, validationRows: rows.data.validation.length },
        steps: comparison.steps,
        metrics: null,
        versions: {},
        maxLength: rows.data.maxLength,
        pairs: false,
        droppedLeadingTokens: comparison.dropsLeadingToken(run) ? 1 : 0,
        ...(calibration && { calibration }),
        record: {
          ...{ run: plan, labels: rows.data.labels, configuration: { data: rows.recorded } },
          ...(calibration && { calibration }),
        },
      });
      expect(folder.modelCard).toContain("```python");
      mkdirSync(join(root, run), { recursive: true });
      for (const [file, bytes] of Object.entries(adapterFiles(folder))) writeFileSync(join(root, run, file), bytes);
      exported.push({ run, validation: { last: { loss } } });
    } finally {
      await comparison.release();
    }
  });
});
