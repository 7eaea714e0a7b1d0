/**
 * A training that broke off, of which only the files that were kept at an evaluation are left,
 * against the same training straight through: the same losses, values and end.
 */

import { afterEach, beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Comparison } from "../../src/comparison/comparison";
import type { TokenizedExample } from "../../src/data/tokens";
import type { Executor } from "../../src/executors/executor";
import { type KeptSetting, keptRunFile, readKeptRun } from "../../src/folders/kept-run";
import type { TrainingConfiguration } from "../../src/plan/configuration";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import {
  finalValues,
  OpenComparisons,
  type TinyComparison,
  type TinySetup,
  tinyData,
  tinyRows,
} from "./tiny-comparison";

const setting: KeptSetting = {
  ...{ seed: 3, learningRateFactor: 1, steps: 20, trainRows: 7 },
  ...{ train: "train", validation: "validation", test: "test", model: "model" },
};
const METHODS = [
  { name: "SK-Prefix", method: "sk-prefix", options: { text: "What does the customer ask about?" } },
  { name: "LoRA", method: "lora", options: { rank: 4, alpha: 8, dropout: 0.2 } },
  { name: "P-tuning", method: "p-tuning", options: { virtualTokens: 4, hidden: 24 } },
  {
    name: "AdaLoRA",
    method: "adalora",
    options: { initialRank: 4, targetRank: 1, alpha: 8, tinit: 3, tfinal: 5, deltaT: 3 },
  },
  { name: "DyLoRA", method: "dylora", options: { rank: 4 } },
  { name: "Half", method: "half-fine-tuning" },
  { name: "Nearest", method: "nearest-neighbours" },
];

const open = new OpenComparisons();
let executor: Executor;
let model: BaseModel;
let rows: TokenizedExample[];

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  rows = await tinyRows(model, [8, 7, 8, 6, 8, 8, 7]);
  return () => model.release();
});

afterEach(() => open.release());

type Files = Map<string, Uint8Array>;

function stateOf(comparison: Comparison, name: string) {
  const { trainables, parameters } = comparison.run(name);
  return { trainables, controllerStates: parameters.controllerStates };
}

function filesOf(comparison: Comparison): Files {
  return new Map(
    [...comparison.kept].map(([name, kept]) => [name, keptRunFile(stateOf(comparison, name), kept, setting)]),
  );
}

function setupOf(training: Partial<TrainingConfiguration>): Omit<TinySetup, "runs"> {
  const tested = { train: rows, validation: rows.slice(0, 3), validationTexts: ["", "", ""], test: rows.slice(3, 5) };
  return {
    data: tinyData(rows, rows.slice(0, 3), 8),
    divisions: [tested],
    training: { steps: 20, evalEvery: 4, schedule: "linear", warmupRatio: 0.2, seed: 3, ...training },
  };
}

/** Trains to the end, and keeps what was kept at the evaluation after so many others. */
async function straightThrough(
  setup: Omit<TinySetup, "runs">,
  runs: TinySetup["runs"],
  at: number,
): Promise<{ straight: TinyComparison; files: Files }> {
  let evaluations = 0;
  let files: Files = new Map();
  const straight = open.create(executor, model, {
    ...setup,
    runs,
    onCheckpoint: (comparison) => {
      if (evaluations++ === at) files = filesOf(comparison);
    },
  });
  await straight.comparison.prepare();
  await straight.comparison.train();
  return { straight, files };
}

async function goOn(setup: Omit<TinySetup, "runs">, runs: TinySetup["runs"], files: Files): Promise<TinyComparison> {
  const again = open.create(executor, model, { ...setup, runs });
  const { comparison } = again;
  const kept = [...files].map(async ([name, bytes]) => {
    return [name, await readKeptRun(name, stateOf(comparison, name), setting, `${name}.safetensors`, bytes)] as const;
  });
  await comparison.takeUp(new Map(await Promise.all(kept)));
  await comparison.continue();
  return again;
}

/** Of steps and evaluations, without what goes by the clock. */
function said(comparison: TinyComparison, run: string, from: number) {
  const evaluations = comparison
    .of("evaluation", run)
    .filter(({ step, split }) => step > from || split === "test")
    .map(({ seconds: _, ...event }) => event);
  const steps = comparison.of("step", run).filter(({ step }) => step > from);
  return {
    evaluations,
    steps: steps.map(({ step, loss, gradNorm, tokens, flops }) => [step, loss, gradNorm, tokens, flops]),
  };
}

test.each([0, 3])("goes on from evaluation %i to the same losses and values", async (at) => {
  const setup = setupOf({});
  const { straight, files } = await straightThrough(setup, METHODS, at);
  expect([...files.keys()]).toEqual(METHODS.map(({ name }) => name));
  const again = await goOn(setup, METHODS, files);
  for (const { name } of METHODS) {
    expect(said(again, name, 4 * at), name).toEqual(said(straight, name, 4 * at));
    expect(await finalValues(again, name), name).toEqual(await finalValues(straight, name));
    expect(again.comparison.state(name)).toBe("finished");
    expect(again.comparison.validated(name)?.evaluation).toEqual(straight.comparison.validated(name)?.evaluation);
  }
});

test("a run that stops early and keeps its best ends as it would have, wherever it broke off", async () => {
  // At so high a rate the loss soon rises, so that the best is an early one.
  const runs = [
    { name: "wild", method: "lora", options: { rank: 2 }, learningRate: 0.3 },
    { name: "calm", method: "linear-probe", learningRate: 1e-4 },
  ];
  const setup = setupOf({ evalEvery: 2, keepBest: true, earlyStopping: { patience: 3 } });
  const ends = (one: TinyComparison, run: string) => {
    const { state, reason, heldStep } = one.of("run-state", run).at(-1)!;
    return { state, reason, heldStep };
  };
  const whole = (await straightThrough(setup, runs, 0)).straight;
  const { reason, heldStep } = ends(whole, "wild");
  expect(reason).toMatch(/^stopped early at step/);
  const stoppedAt = Number(/step (\d+)/.exec(reason!)![1]);
  expect(heldStep!).toBeLessThan(stoppedAt);
  // Before and after its best, in its patience, and once it has ended.
  for (const at of [heldStep! / 2, heldStep! / 2 + 1, stoppedAt / 2, stoppedAt / 2 + 1]) {
    const { straight, files } = await straightThrough(setup, runs, at);
    const again = await goOn(setup, runs, files);
    for (const { name } of runs) {
      expect(ends(again, name), `${name} from ${at}`).toEqual(ends(straight, name));
      expect(said(again, name, 2 * at), `${name} from ${at}`).toEqual(said(straight, name, 2 * at));
      expect(await finalValues(again, name)).toEqual(await finalValues(straight, name));
    }
  }
});

test("what a stop evaluates does not count for the training that goes on", async () => {
  const runs = [{ name: "LoRA", method: "lora", options: { rank: 2 }, learningRate: 0.3 }];
  const setup = setupOf({ evalEvery: 4, keepBest: true, earlyStopping: { patience: 2 } });
  const { straight } = await straightThrough(setup, runs, 0);
  const stopped = open.create(executor, model, {
    ...setup,
    runs,
    onEvent: (event, comparison) => {
      if (event.type === "step" && event.step === 5) comparison.stop();
    },
  });
  await stopped.comparison.prepare();
  await stopped.comparison.train();
  const step = stopped.comparison.kept.get("LoRA")!.checkpoint.step;
  expect(step % 4).not.toBe(0);
  const again = await goOn(setup, runs, filesOf(stopped.comparison));
  expect(said(again, "LoRA", step)).toEqual(said(straight, "LoRA", step));
  expect(await finalValues(again, "LoRA")).toEqual(await finalValues(straight, "LoRA"));
});

test.each([
  [{ train: "others" }, "the training rows are others than those that the training began with"],
  [{ validation: "others" }, "the validation rows are others"],
  [{ test: "others" }, "the test rows are others"],
  [{ model: "another" }, "the base model's weights are others"],
  [{ steps: 30 }, "the number of steps in all was 20 and is 30"],
  [{ seed: 4 }, "the seed was 3 and is 4"],
])("where %j is not as it was, it is refused", async (changed, why) => {
  const runs = [{ name: "LoRA", method: "lora", options: { rank: 2 } }];
  const { straight, files } = await straightThrough(setupOf({ steps: 2 }), runs, 0);
  const reading = readKeptRun(
    "LoRA",
    stateOf(straight.comparison, "LoRA"),
    { ...setting, ...changed },
    "f",
    files.get("LoRA")!,
  );
  await expect(reading).rejects.toThrow(`Run "LoRA" cannot go on from its checkpoint: ${why}`);
});

test("a damaged file is named", async () => {
  const runs = [{ name: "LoRA", method: "lora", options: { rank: 2 } }];
  const { straight, files } = await straightThrough(setupOf({ steps: 2 }), runs, 0);
  const bytes = files.get("LoRA")!;
  const read = (some: Uint8Array) =>
    readKeptRun("LoRA", stateOf(straight.comparison, "LoRA"), setting, "LoRA.safetensors", some);
  await expect(read(bytes.slice(0, bytes.length - 4))).rejects.toThrow("LoRA.safetensors");
  await expect(read(bytes.slice(0, 4))).rejects.toThrow("LoRA.safetensors");
  await expect(read(bytes)).resolves.toMatchObject({ worse: 0 });
  // A bit of a value, of a fact that it keeps, and of the place where a tensor lies.
  const text = new TextDecoder("latin1").decode(bytes);
  const flips = [bytes.length - 2, text.indexOf('\\"step\\":') + 9, text.indexOf("data_offsets") + 16];
  for (const place of flips) {
    const flipped = bytes.slice();
    flipped[place]! ^= 1;
    await expect(read(flipped), `byte ${place}`).rejects.toThrow("LoRA.safetensors");
  }
  const runsOfAnother = [{ name: "LoRA", method: "lora", options: { rank: 4 } }];
  const foreign = await straightThrough(setupOf({ steps: 2 }), runsOfAnother, 0);
  await expect(read(foreign.files.get("LoRA")!)).rejects.toThrow(/shape/);
  const other = new TextDecoder("latin1").decode(bytes).replace('"kept"', '"KEPT"');
  await expect(read(Uint8Array.from(other, (char) => char.charCodeAt(0)))).rejects.toThrow(
    "LoRA.safetensors is no checkpoint of a run",
  );
});
