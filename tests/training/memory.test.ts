/** Memory of comparisons: steps take none, and all of it comes back. */

import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { estimate } from "../../src/estimate/estimate";
import type { Executor } from "../../src/executors/executor";
import { estimatedBars, type MemoryBars, measuredBars, OWN } from "../../src/page/store/memory-bytes";
import type { MethodsSlice } from "../../src/page/store/state";
import { trainingSchema } from "../../src/plan/configuration";
import type { MemoryBytes } from "../../src/plan/events";
import { variantsOf } from "../../src/plan/variants";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { fixtureModel } from "../fixtures/reference";
import { comparison, record } from "../unit/page/events";
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

test("bars of memory, measured and estimated, sum to their totals", async () => {
  const rows = await tinyRows(model, [5, 7, 8, 6, 8, 4]);
  const data = tinyData(rows, rows.slice(0, 2), 8);
  // Two read one text, which is kept once; seeds share the workspace.
  const planned = [...runs, { name: "again", method: "sk-prefix", options: { text: "Sort it:" } }];
  const training = trainingSchema.parse({ steps: 2, seeds: 2, batchSize: 2 });
  const ended = new Map<string, MemoryBytes>();
  const variants = planned.flatMap((run) => variantsOf(run, training, {}, true).map((variant) => ({ run, variant })));
  const tiny = create({
    data,
    runs: variants.map(({ run, variant }) => ({ ...run, name: variant.name, seed: variant.seed })),
    training: { steps: 2, batchSize: 2 },
    onEvent(event) {
      if (event.type === "step") ended.set(event.run, event.memoryBytes);
    },
  });
  await tiny.comparison.prepare();
  await tiny.comparison.train();
  const all = executor.memory.bytes();
  const records = variants.map(({ variant }) => record(variant.name, { variant, bytes: ended.get(variant.name)! }));
  const measured = measuredBars(comparison(records, { memoryBytes: all }), all.weights);
  expect(measured!.runs).toHaveLength(4);
  expect(sumOf(measured!)).toBe(all.total);
  expect(measured!.total).toBe(all.total);

  const lengths = rows.map(({ ids }) => ids.length);
  const { costs, capacity, largestBuffer: allowedBuffer } = executor;
  const fields = { task: sequenceClassification, classes: data.labels.length, labels: data.labels, maxLength: 8 };
  const configured = planned.map((run) => ({ options: {}, ...run }));
  const estimated = estimate({
    ...{ model, ...fields, training, costs, capacity, allowedBuffer, runs: configured },
    ...{ trainLengths: lengths, validationLengths: lengths.slice(0, 2) },
  });
  const methods = {
    runs: planned.map(({ name, method }, slot) => ({ id: name, name, method, slot })),
    descriptions: planned.map(({ method }) => ({ id: method, learningRate: 0.1 })),
    estimate: estimated,
  } as unknown as MethodsSlice;
  const bars = estimatedBars(methods, training, {})!;
  expect(sumOf(bars)).toBe(estimated.total.total);
  expect(bars.total).toBe(estimated.total.total);
});

const sumOf = ({ shared, runs: bars }: MemoryBars) =>
  [...shared.map(({ bytes }) => bytes), ...bars.flatMap(({ own }) => OWN.map((name) => own[name]))].reduce(
    (sum, bytes) => sum + bytes,
  );
