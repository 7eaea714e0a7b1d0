/** Memory of comparisons: steps take none, and all of it comes back. */

import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import type { MemoryBytes } from "../../src/plan/events";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import {
  createComparison,
  OpenComparisons,
  type TinyComparison,
  type TinySetup,
  tinyData,
  tinyRows,
} from "./tiny-comparison";

let executor: Executor;
let model: BaseModel;
const open = new OpenComparisons();

/** A comparison that is released after the test. */
function create(setup: TinySetup): TinyComparison {
  return open.create(executor, model, setup);
}

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  return () => model.release();
});

afterEach(async () => {
  await open.release();
});

const runs = [
  { name: "semantic", method: "sk-prefix", options: { text: "Sort it:" } },
  { name: "prompt", method: "prompt", options: { virtualTokens: 3 } },
  { name: "delta", method: "lora" },
];

test("steps allocate nothing: bytes stay the same, and all of them come back", async () => {
  const rows = await tinyRows(model, [5, 7, 8, 6, 8, 4]);
  const data = tinyData(rows, rows.slice(0, 2), 8);
  // What stays with the model: the text's keys, values and states, and tables that all its Programs
  // share.
  const warm = create({ data, runs });
  await warm.comparison.prepare();
  await warm.comparison.evaluate();
  await open.release();

  const { memory } = executor;
  const ours = () => {
    const [all, foreign] = [memory.bytes(), memory.bytes("onnxruntime")];
    return Object.fromEntries(
      Object.entries(all).map(([name, bytes]) => [name, bytes - foreign[name as keyof MemoryBytes]]),
    );
  };
  const before = ours();
  const allocated = vi.spyOn(memory, "allocate");
  const compiled = vi.spyOn(executor, "compile");
  const at: { step: number; ours: object; total: number; allocated: number; compiled: number }[] = [];
  const tiny = create({
    data,
    runs,
    training: { steps: 8 },
    onEvent(event) {
      if (event.type !== "step" || event.run !== "delta") return;
      const calls = { allocated: allocated.mock.calls.length, compiled: compiled.mock.calls.length };
      at.push({ step: event.step, ours: ours(), total: event.memoryBytes.total, ...calls });
    },
  });
  await tiny.comparison.prepare();
  expect(allocated).toHaveBeenCalled();
  await tiny.comparison.train();
  const [, second] = at;
  expect(at).toHaveLength(8);
  for (const { step, ...counted } of at.slice(1)) {
    const { step: _, ...expected } = second!;
    expect(counted, `at step ${step}`).toEqual(expected);
  }
  vi.restoreAllMocks();
  await open.release();
  expect(ours()).toEqual(before);
});

test("evaluations and the longest batch take nothing that was not there before the first step", async () => {
  // Two padded lengths; the longest row of all is one that only evaluations read.
  const rows = await tinyRows(model, [5, 7, 8, 6, 14, 8]);
  const validation = await tinyRows(model, [6, 30, 7]);
  const allocated = vi.spyOn(executor.memory, "allocate");
  const compiled = vi.spyOn(executor, "compile");
  const tiny = create({ data: tinyData(rows, validation, 32), runs, training: { steps: 6, evalEvery: 2 } });
  await tiny.comparison.prepare();
  const before = { allocations: allocated.mock.calls.length, lists: compiled.mock.calls.length };
  expect(before.lists).toBeGreaterThan(0);
  await tiny.comparison.train();
  expect(tiny.of("evaluation", "delta")).toHaveLength(4);
  // Where the numbers of an evaluation are put: for each of three rows 5 logits and a loss.
  const later = allocated.mock.calls.slice(before.allocations).map(([bytes, { label }]) => [label, bytes]);
  expect(later).toEqual([["evaluation results", 3 * (5 + 1) * 4]]);
  expect(compiled.mock.calls.length).toBe(before.lists);
  vi.restoreAllMocks();
});

test("two comparisons may use the same names: releasing one leaves the other whole", async () => {
  const rows = await tinyRows(model, [5, 7]);
  const setup: TinySetup = { data: tinyData(rows, rows, 8), runs: [{ name: "head", method: "linear-probe" }] };
  const tiny = create({ ...setup, training: { steps: 1 } });
  await tiny.comparison.prepare();
  await tiny.comparison.train();
  const said = await tiny.comparison.predict(rows[0]!);
  const bytes = executor.memory.bytes().adapter;
  const other = createComparison(executor, model, setup);
  await other.comparison.release();
  const broken = { ...setup, runs: [...setup.runs, { name: "delta", method: "lora", options: { rank: 0 } }] };
  expect(() => createComparison(executor, model, broken)).toThrow("rank");
  expect(executor.memory.bytes().adapter).toBe(bytes);
  expect(await tiny.comparison.predict(rows[0]!)).toEqual(said);
});
