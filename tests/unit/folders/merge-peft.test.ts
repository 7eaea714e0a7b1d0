/**
 * Merged tensors against those of PEFT's `merge_and_unload`, for adapters that PEFT wrote or reads.
 */

import { describe, expect, test } from "vitest";
import { readAdapterFiles } from "../../../src/adapters/read";
import { loadedSpecs } from "../../../src/base/read-model";
import { importedRun } from "../../../src/folders/imported-run";
import { importedTensors } from "../../../src/folders/imported-tensors";
import { mergeChanges } from "../../../src/folders/merge";
import type { SafetensorsEntry } from "../../../src/hub/safetensors";
import { readTensor } from "../../../src/hub/safetensors-values";
import { openWeights } from "../../../src/hub/weights";
import { RANKS } from "../../../src/methods/adalora/allocation";
import { methodOf } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { adapterFiles, fixtureJson, fixtureModel, mergedCases } from "../../fixtures/reference";

interface Figures {
  readonly shape: readonly number[];
  readonly norm: number;
  readonly wave: number;
  readonly samples: readonly number[];
}

/** Which of the base model's tensors the adapter in the folder changes, and how. */
async function changesOf(rig: string, folder: string) {
  const json = await fixtureJson(`models/${rig}/config.json`);
  const family = familyOf(json);
  const model = { family, config: family.readConfig(json) };
  const stored = await openWeights(fixtureModel(rig), family.prefixes);
  const specs = loadedSpecs({ ...model, poolings: family.poolings });
  const base = new Map(specs.map(({ name, shape }) => [name, stored.get(name, shape)]));
  const adapter = await readAdapterFiles(await adapterFiles(folder));
  const { run } = importedRun(adapter, "imported");
  const method = methodOf(run.method);
  const options = method.options(model).parse(run.options);
  const tensors = importedTensors(adapter, model.config.layers, "trained", model.config).filter(
    ({ name }) => !name.startsWith("score."),
  );
  // The factor of a pruned rank is zero.
  const factors = tensors.filter(({ name }) => name.endsWith("lora_E")).flatMap(({ data }) => [...data]);
  const controllerStates = new Map([[RANKS, Float32Array.from(factors, (factor) => (factor === 0 ? 0 : 1))]]);
  const conversion = method.conversions?.some(({ id }) => id === "lora") ? "lora" : null;
  const state = { tensors, controllerStates, setting: 0, steps: 20, model, conversion };
  const { form, tensors: written } = method.exported?.(options, state) ?? {
    form: method.exportForm(options, model),
    tensors,
  };
  const names = new Set(base.keys());
  return { base, changes: mergeChanges(method, form, written, { names, fanInFanOut: family.fanInFanOut }) };
}

/** Holds the values against the figures. Single precision stores them, float64 computed both. */
function expectFigures(values: Float32Array, { norm, wave, samples }: Figures, name: string): void {
  expect(Math.abs(Math.hypot(...values) - norm), `${name}: norm`).toBeLessThan(1e-6 * norm);
  const own = values.reduce((sum, value, index) => sum + value * Math.sin(index + 1), 0);
  expect(Math.abs(own - wave), `${name}: wave`).toBeLessThan(1e-6 * norm);
  const step = Math.max(1, Math.floor(values.length / 8));
  samples.forEach((sample, index) => {
    expect(Math.abs(values[index * step]! - sample), `${name}: sample ${index}`).toBeLessThan(5e-7 * Math.max(1, norm));
  });
}

const cases = await mergedCases();

describe("merged tensors are PEFT's", () => {
  test.each(cases)("$folder", async ({ rig, folder, changed }) => {
    const { base, changes } = await changesOf(rig, folder);
    const expected = Object.entries(changed as Record<string, Figures>);
    expect([...changes.keys()].sort()).toEqual(expected.map(([name]) => name).sort());
    for (const [name, figures] of expected) {
      const entry = base.get(name) as SafetensorsEntry;
      const before = Float32Array.from(await readTensor(entry));
      const values = before.slice();
      changes.get(name)!(values);
      expect(entry.shape).toEqual(figures.shape);
      expectFigures(values, figures, name);
      // The figures tell the merged tensor from the base model's.
      expect(() => expectFigures(before, figures, name)).toThrow();
    }
  });
});
