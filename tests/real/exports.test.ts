/**
 * Two steps of every method that PEFT or AdapterHub can load, on real models, exported with the validation loss that the studio
 * gives: `tools/real/check_exports.py` loads the folders afterwards. Not for the losses' agreement, which is found there.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adapterFiles } from "../../src/adapters/write-folder";
import type { Executor } from "../../src/executors/executor";
import { trainsNothing } from "../../src/methods/method";
import { methodOf, methods } from "../../src/methods/registry";
import { BaseModel } from "../../src/training/base-model";
import { exportRun } from "../../src/training/export";
import { parseOptions } from "../../src/training/run";
import { cache } from "../../tools/real/cache.mjs";
import { createComparison } from "../training/tiny-comparison";
import { realExecutor } from "./executor";
import { full, type RealModel, realModels, realRig } from "./rig";
import { type RealRows, type RealTask, realRows } from "./rows";

/** On SmolLM2 a step takes seconds: the two that are compared everywhere, and what AdapterHub cannot load on BERT. */
const SOON = ["lora", "sk-prefix", "adapter-houlsby", "adapter-pfeiffer", "adapter-parallel"];

/** Options where the defaults are not for two steps or not what others load. */
const options: Record<string, Record<string, unknown>> = {
  adalora: { initialRank: 4, targetRank: 2 },
  "p-tuning": { hidden: 32 },
};

/** What does not suit a model at all. */
const without: Record<RealModel, readonly string[]> = { "minilm-l6": [], "smollm2-135m": ["bitfit"] };

const plans: Record<RealModel, readonly RealTask[]> = {
  "minilm-l6": ["sequence-classification"],
  "smollm2-135m": full ? ["sequence-classification", "causal-lm"] : ["sequence-classification"],
};
const cases = realModels.flatMap((model) => plans[model].map((task) => ({ model, task })));

describe.each(cases)("$model, $task", ({ model: name, task }) => {
  const root = join(cache, "exports", name, task);
  const runs: { run: string; validation: { last: { loss: number } } }[] = [];
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
    if (runs.length > 0) writeFileSync(join(root, "summary.json"), `${JSON.stringify({ runs }, null, 1)}\n`);
    model?.release();
  });

  const all = methods.filter((method) => !trainsNothing(method) && !without[name].includes(method.id));
  const tried = name === "smollm2-135m" && !full ? SOON : all.map(({ id }) => id);
  test.for(tried)("%s", async (method, { skip }) => {
    // Faster than one would train: after two steps the adapter must matter.
    const plan = { name: method, method, options: options[method] ?? {}, learningRateFactor: 3 };
    const form = methodOf(method).exportForm(parseOptions(model, plan), model);
    if (form.type === "STUDIO") skip("its folder is the studio's own");
    if (form.type === "CPT" && task !== "causal-lm") skip("PEFT has it for language modelling only");
    const training = { steps: 2, batchSize: 3 };
    const created = createComparison(executor, model, { data: rows.data, runs: [plan], training });
    const { comparison } = created;
    try {
      await comparison.prepare();
      await comparison.train();
      const losses = created.of("evaluation", method).map(({ loss }) => loss);
      const loss = losses.at(-1)!;
      if (comparison.run(method).trainables.length > 0) expect(Math.abs(loss - losses[0]!)).toBeGreaterThan(1e-4);
      const folder = await exportRun(model, comparison.run(method), {
        task: { kind: task === "causal-lm" ? "text" : "label" },
        labels: rows.data.labels,
        data: { file: "rows.jsonl", trainRows: rows.data.train.length, validationRows: rows.data.validation.length },
        steps: comparison.steps,
        metrics: null,
        versions: {},
        maxLength: rows.data.maxLength,
        pairs: false,
        droppedLeadingTokens: comparison.dropsLeadingToken(method) ? 1 : 0,
        record: { run: plan, labels: rows.data.labels, configuration: { data: rows.recorded } },
      });
      if (!folder.modelCard.includes("```python")) skip("its card says why no library loads it");
      mkdirSync(join(root, method), { recursive: true });
      for (const [file, bytes] of Object.entries(adapterFiles(folder))) writeFileSync(join(root, method, file), bytes);
      runs.push({ run: method, validation: { last: { loss } } });
    } finally {
      await comparison.release();
    }
  });
});
