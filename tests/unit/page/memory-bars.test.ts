/** Bars of memory sum to the total, whatever runs share and how many seeds there are. */

import { describe, expect, it } from "vitest";
import { BYTE_CATEGORIES } from "../../../src/executors/bytes";
import {
  bytesAlone,
  estimatedBars,
  measuredBars,
  OWN,
  ownBytes,
  shownBars,
} from "../../../src/page/store/memory-bytes";
import type { MethodsSlice, StudioState } from "../../../src/page/store/state";
import { trainingSchema } from "../../../src/plan/configuration";
import type { MemoryBytes } from "../../../src/worker/api";
import { bytes, comparison, record } from "./events";

const summed = (given: Partial<MemoryBytes>): MemoryBytes => {
  const all = { ...bytes, ...given };
  return { ...all, total: BYTE_CATEGORIES.reduce((sum, name) => sum + all[name], 0) };
};

const sumOf = (bars: ReturnType<typeof measuredBars>) =>
  [...bars!.shared.map((bar) => bar.bytes), ...bars!.runs.flatMap(({ own }) => OWN.map((name) => own[name]))].reduce(
    (sum, value) => sum + value,
  );

describe("bars of memory", () => {
  it("as measured sum to the total: the workspace and a text that was read are there once", () => {
    const runs = [
      record("a", { bytes: summed({ cache: 9 }) }),
      record("b", { bytes: summed({ activations: 6, cache: 9 }) }),
    ];
    const all = summed({
      adapter: 2,
      gradients: 4,
      optimizer: 6,
      activations: 6,
      cache: 9,
      runtime: 17,
      onnxruntime: 50,
    });
    const bars = measuredBars(comparison(runs, { memoryBytes: all }), 1);
    expect(bars!.total).toBe(all.total);
    expect(sumOf(bars)).toBe(all.total);
    expect(bars!.shared.map(({ name, bytes: held }) => [name, held])).toEqual([
      ["Base weights", 100],
      ["Workspace", 6],
      ["Texts read", 9],
      ["Batches", 7],
      ["onnxruntime", 50],
    ]);
    expect(bars!.runs.map(({ activations }) => activations)).toEqual([4, 6]);
  });

  it("of several seeds are one bar with all of theirs", () => {
    const seed = (name: string) => record(name, { bytes, variant: { ...record("a").variant, name, group: "a" } });
    const all = summed({ adapter: 2, gradients: 4, optimizer: 6, runtime: 10 });
    const bars = measuredBars(comparison([seed("a, seed 0"), seed("a, seed 1")], { memoryBytes: all }), 1);
    expect(bars!.runs).toHaveLength(1);
    expect(bars!.runs[0]!.own).toEqual({ adapter: 2, gradients: 4, optimizer: 6, runtime: 10 });
    expect(sumOf(bars)).toBe(all.total);
  });

  it("sum to what is known where the whole is not told any more, and are none before a run has told", () => {
    const bars = measuredBars(comparison([record("a", { bytes })], { memoryBytes: null }), 70);
    expect(bars!.total).toBe(70 + ownBytes(bytes));
    expect(sumOf(bars)).toBe(bars!.total);
    expect(measuredBars(comparison([record("a")]), 70)).toBeNull();
  });

  it("as estimated sum to the total over seeds and folds; what trains nothing is in a sweep once", () => {
    const training = trainingSchema.parse({ seeds: 2, learningRateFactors: [0.5, 1, 2] });
    const entry = (run: string) => ({ run, problem: null, bytes });
    const times = 2 * 3 * 3 + 2 * 3;
    const total = summed({
      ...{ adapter: times, gradients: 2 * times, optimizer: 3 * times, runtime: 5 * times + 12 },
      ...{ activations: 40, cache: 3, onnxruntime: 8 },
    });
    const methods = {
      runs: [
        { id: "1", name: "a", method: "lora", slot: 0 },
        { id: "2", name: "b", method: "zero-shot", slot: 1 },
      ],
      descriptions: [
        { id: "lora", learningRate: 0.1 },
        { id: "zero-shot", learningRate: null },
      ],
      estimate: { runs: [entry("a"), entry("b")], total },
    } as unknown as MethodsSlice;
    const bars = estimatedBars(methods, training, { test: { folds: 3 } });
    expect(bars!.total).toBe(total.total);
    expect(sumOf(bars)).toBe(total.total);
    expect(estimatedBars({ ...methods, estimate: null }, training, {})).toBeNull();
  });

  it("are the estimate of what is chosen only until a comparison has ended, and take no other model's weights", () => {
    const training = trainingSchema.parse({});
    const chosen = {
      methods: {
        runs: [{ id: "1", name: "a", method: "lora", slot: 0 }],
        descriptions: [{ id: "lora", learningRate: 0.1 }],
        estimate: { runs: [{ run: "a", problem: null, bytes }], total: bytes },
      },
      training: { settings: training },
      data: { summary: { settings: {} } },
      model: { summary: { source: "bundled:other", memoryBytes: 70 } },
    } as unknown as StudioState;
    expect(shownBars(null, chosen)).toMatchObject({ measured: false });
    expect(shownBars(comparison([record("b")], { state: "preparing" }), chosen)).toMatchObject({ measured: false });
    expect(shownBars(comparison([record("b")], { state: "stopped" }), chosen)).toBeNull();
    const measured = comparison([record("b", { bytes })], { state: "finished" });
    const { model } = measured.configuration;
    expect(shownBars(measured, chosen)).toMatchObject({ measured: true, bars: { total: ownBytes(bytes) } });
    const same = { ...chosen, model: { summary: { source: model, memoryBytes: 70 } } } as unknown as StudioState;
    expect(shownBars(measured, same)).toMatchObject({ measured: true, bars: { total: 70 + ownBytes(bytes) } });
  });

  it("call own what no other run uses, and alone what a run would need by itself", () => {
    expect(ownBytes(bytes)).toBe(1 + 2 + 3 + 5);
    expect(bytesAlone(bytes)).toBe(bytes.total - 100);
  });
});
