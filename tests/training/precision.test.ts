/**
 * Frozen weights in float16: forward and backward pass must compute what they compute from a
 * float32 file of the same, rounded, numbers. Without `shader-f16` both passes unpack pairs from
 * 32-bit words; with it onnxruntime casts.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { float16Values, toFloat16 } from "../../src/hub/float16";
import { readSafetensors } from "../../src/hub/safetensors";
import { readTensor } from "../../src/hub/safetensors-values";
import { bytesFile } from "../../src/hub/sources";
import type { ModelFolder } from "../../src/hub/types";
import { writeSafetensors } from "../../src/hub/write-safetensors";
import { fixtureModel } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { createComparison, finalValues, tinyData, tinyRows } from "./tiny-comparison";

const WEIGHTS = "model.safetensors";

/** The folder with every matrix changed by `change`. */
async function changed(folder: ModelFolder, change: (values: Float32Array) => Float32Array): Promise<ModelFolder> {
  const { tensors } = await readSafetensors((await folder.open(WEIGHTS))!);
  const entries = [...tensors.values()].map(async (entry) => {
    const data = (await readTensor(entry)) as Float32Array;
    return { name: entry.name, shape: entry.shape, data: entry.shape.length === 2 ? change(data) : data };
  });
  const file = bytesFile(WEIGHTS, writeSafetensors(await Promise.all(entries)));
  return { ...folder, open: async (name) => (name === WEIGHTS ? file : folder.open(name)) };
}

function rounded(values: Float32Array): Float32Array {
  const bits = new Uint16Array(values.length);
  expect(toFloat16(values, bits)).toBe(-1);
  return Float32Array.from(bits, (pattern) => float16Values()[pattern]!);
}

const runs = [
  { name: "lora", method: "lora", options: { rank: 2, alpha: 4, targets: "all-linear" } },
  { name: "sk-prefix", method: "sk-prefix" },
];

let executor: Executor;
beforeAll(async () => {
  executor = await testExecutor();
});

describe.each(["tiny-llama", "tiny-gpt2"])("%s", (rig) => {
  const trained = async (folder: ModelFolder, precision: "float16" | "float32") => {
    const model = await BaseModel.load(executor, folder, undefined, precision);
    try {
      expect(model.precision).toBe(precision);
      const data = tinyData(await tinyRows(model, [5, 7, 8, 6]), await tinyRows(model, [8]), 8);
      const tiny = createComparison(executor, model, { data, runs, training: { steps: 2 } });
      await tiny.comparison.prepare();
      await tiny.comparison.train();
      const states = await Promise.all(
        runs.map(async ({ name }) => ({ losses: tiny.losses(name), values: await finalValues(tiny, name) })),
      );
      await tiny.comparison.release();
      return { bytes: model.memoryBytes, states };
    } finally {
      model.release();
    }
  };

  test("trains as from rounded float32 weights, in half the memory", async () => {
    const folder = fixtureModel(rig);
    const narrow = await trained(folder, "float16");
    const wide = await trained(await changed(folder, rounded), "float32");
    narrow.states.forEach(({ losses, values }, index) => {
      const expected = wide.states[index]!;
      expect(largestDifference(losses, expected.losses)).toBeLessThan(1e-5);
      for (const [name, numbers] of expected.values) {
        expect(largestDifference(values.get(name)!, numbers), name).toBeLessThan(1e-5);
      }
    });
    expect(narrow.bytes / wide.bytes).toBeLessThan(0.52);
  });
});

test("weights beyond float16 are kept as float32, and the reason names tensor and value", async () => {
  const folder = await changed(fixtureModel("tiny-llama"), (values) => Float32Array.from(values).fill(70123.5, 0, 1));
  const model = await BaseModel.load(executor, folder, undefined, "float16");
  model.release();
  expect(model.precision).toBe("float32");
  expect(model.precisionNote).toMatch(/^"model\..+" holds 70123\.5, but float16 ends at 65504\./);
});
