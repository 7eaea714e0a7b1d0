/**
 * Matrices of zeros, as some models are saved with them: what is trained beside them, and what
 * cannot be.
 */

import { beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { readSafetensors } from "../../src/hub/safetensors";
import { readTensor } from "../../src/hub/safetensors-values";
import { bytesFile } from "../../src/hub/sources";
import type { ModelFolder } from "../../src/hub/types";
import { writeSafetensors } from "../../src/hub/write-safetensors";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { createComparison, tinyData, tinyRows } from "./tiny-comparison";

const WEIGHTS = "model.safetensors";
const ZERO = "model.layers.0.self_attn.q_proj.weight";

/** The folder with zeros in one matrix: in all of it, or in its first output alone. */
async function zeroed(folder: ModelFolder, outputs: number): Promise<ModelFolder> {
  const { tensors } = await readSafetensors((await folder.open(WEIGHTS))!);
  const entries = [...tensors.values()].map(async ({ name, shape, ...entry }) => {
    const data = Float32Array.from(await readTensor({ name, shape, ...entry }));
    return { name, shape, data: name === ZERO ? data.fill(0, 0, outputs * shape[1]!) : data };
  });
  const file = bytesFile(WEIGHTS, writeSafetensors(await Promise.all(entries)));
  return { ...folder, open: async (name) => (name === WEIGHTS ? file : folder.open(name)) };
}

let executor: Executor;
beforeAll(async () => {
  executor = await testExecutor();
});

test.each([48, 1])(
  "LoRA beside %i outputs of zeros trains; DoRA, which divides by their length, is refused by name",
  async (outputs) => {
    const model = await BaseModel.load(executor, await zeroed(fixtureModel("tiny-llama"), outputs));
    const rows = await tinyRows(model, [5, 7, 8, 6]);
    const data = tinyData(rows, rows, 8);
    const options = { targets: ["q_proj"] };
    const lora = createComparison(executor, model, {
      data,
      runs: [{ name: "lora", method: "lora", options, learningRate: 0.01 }],
      training: { steps: 3 },
    });
    await lora.comparison.prepare();
    await lora.comparison.train();
    expect(lora.losses("lora")).toHaveLength(3);
    expect(lora.losses("lora").every(Number.isFinite)).toBe(true);
    await lora.comparison.release();

    const dora = createComparison(executor, model, { data, runs: [{ name: "dora", method: "dora", options }] });
    await expect(dora.comparison.prepare()).rejects.toThrow(
      `${outputs} of the 48 outputs of "${ZERO}" have weights of zero alone, and no direction to train.`,
    );
    await dora.comparison.release();
    // Of other targets it trains.
    const others = createComparison(executor, model, {
      data,
      runs: [{ name: "dora", method: "dora", options: { targets: ["v_proj"] } }],
      training: { steps: 1 },
    });
    await others.comparison.prepare();
    await others.comparison.train();
    expect(others.losses("dora").every(Number.isFinite)).toBe(true);
    await others.comparison.release();
    model.release();
  },
);
