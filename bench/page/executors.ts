/**
 * The same work on both executors: steps of a few methods on the bundled model and on one of the
 * visitor's own, several runs together, an evaluation, and the processor's memory against its
 * estimate.
 */

import { BaseModel } from "../../src/base/base-model";
import { Comparison } from "../../src/comparison/comparison";
import { estimate } from "../../src/estimate/estimate";
import type { Executor } from "../../src/executors/executor";
import { fetchBuild, threadsHere } from "../../src/executors/processor/build";
import { ProcessorExecutor } from "../../src/executors/processor/executor";
import { blobFile } from "../../src/hub/sources";
import type { ModelFolder } from "../../src/hub/types";
import type { ModelConfig } from "../../src/models/family";
import { trainingSchema } from "../../src/plan/configuration";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { type ScoringSetup, scoreRows } from "../../src/scoring/score-rows";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { medians } from "./clock";
import type { ExecutorTimes, Measured } from "./parts";
import { CLASSES, drawExamples, fillWithExamples, MODEL, type Rig } from "./rig";
import { stackedTimes } from "./stacking";

const OWNER = "benchmark";
const LEARNING_RATE = 1e-3;
const METHODS: readonly {
  readonly name: string;
  readonly method: string;
  readonly options: Record<string, unknown>;
}[] = [
  { name: "LoRA", method: "lora", options: {} },
  { name: "SK-Prefix", method: "sk-prefix", options: { text: "Classify the topic of the question" } },
  { name: "full", method: "full", options: {} },
];
const TOGETHER = [2, 4];
/** Of onnxruntime: any of them could serve the processor. */
const BUILDS = ["plain", "jspi", "asyncify"] as const;
const EVALUATED = 500;
/** Ten times as many of 48 tokens on MiniLM-L6 are to take at most 5 minutes on two cores. */
const SCORED = 500;
/**
 * Milliseconds before anything is measured on the processor: browsers compile WebAssembly anew, and
 * faster, while it runs.
 */
const WARM_UP = 4000;
/** Of the processor; a software adapter gets fewer. */
const SAMPLES = 9;

interface Place {
  readonly name: string;
  readonly executor: Executor;
  readonly samples: number;
}

/**
 * `extra`: names of a model's files that the benchmark's server has under `/extra/`; none without
 * it.
 */
export async function executorTimes(rig: Rig, extra: readonly string[]): Promise<Measured> {
  const threads = threadsHere();
  const processor = new ProcessorExecutor({ build: () => fetchBuild("plain"), threads });
  await processor.ready();
  const places: Place[] = [
    { name: `processor, ${threads} threads`, executor: processor, samples: SAMPLES },
    {
      name: rig.software ? "software adapter" : "graphics card",
      executor: rig.executor,
      samples: rig.software ? 1 : 9,
    },
  ];
  const rows: ExecutorTimes[] = [];
  for (const { name, executor, samples } of places) {
    const model = await BaseModel.load(executor, rig.folder);
    const of = { executor: name, model: MODEL };
    const shape = [8, 64] as const;
    for (const plan of METHODS) rows.push({ ...of, ...(await timeRuns(executor, model, [plan], shape, samples)) });
    for (const count of TOGETHER) {
      const plans = Array.from({ length: count }, () => METHODS[0]!);
      rows.push({ ...of, ...(await timeRuns(executor, model, plans, shape, samples)) });
    }
    if (samples > 1) rows.push({ ...of, ...(await timeEvaluation(executor, model)) });
    model.release();
    // A software adapter takes half a minute for every step of such a model.
    if (extra.length === 0 || samples === 1) continue;
    const own = await BaseModel.load(executor, extraFolder(extra));
    for (const plan of METHODS) {
      rows.push({
        executor: name,
        model: own.folder.name,
        ...(await timeRuns(executor, own, [plan], [8, 48], samples)),
      });
    }
    rows.push({ executor: name, model: own.folder.name, ...(await timeScores(executor, own)) });
    own.release();
  }
  for (const build of BUILDS) {
    const executor = new ProcessorExecutor({ build: () => fetchBuild(build), threads });
    const model = await BaseModel.load(executor, rig.folder);
    const of = { executor: `processor, ${threads} threads, ${build} build`, model: MODEL };
    rows.push({ ...of, ...(await timeRuns(executor, model, METHODS.slice(0, 1), [8, 64], SAMPLES)) });
  }
  const { intermediateSize } = rig.model.config as ModelConfig & { intermediateSize: number };
  const stacked = await stackedTimes(processor, rig.model.config, intermediateSize, SAMPLES);
  return { part: "executors", samples: SAMPLES, rows, stacked, memory: [await memoryOf(rig.folder, threads)] };
}

function extraFolder(files: readonly string[]): ModelFolder {
  return {
    source: "dir:extra",
    name: "extra",
    async open(name) {
      if (!files.includes(name)) return null;
      return blobFile(name, await (await fetch(`/extra/${name}`)).blob());
    },
  };
}

/**
 * Milliseconds of a step of all these runs, one after the other as in a comparison, and of their
 * forward passes.
 */
async function timeRuns(
  executor: Executor,
  model: BaseModel,
  plans: typeof METHODS,
  [size, tokens]: readonly [number, number],
  samples: number,
): Promise<Omit<ExecutorTimes, "executor" | "model">> {
  const workspace = new Workspace(executor, OWNER);
  const batch = new BatchBuffers(executor, size, tokens, OWNER);
  const runs = plans.map(({ method, options }, index) => {
    const name = `run ${index}`;
    const common = {
      weightDecay: 0.01,
      gradClip: 1,
      task: sequenceClassification,
      classes: CLASSES,
      pooling: model.poolings[0]!,
      seed: index,
      steps: 1000,
    };
    const resolved = resolveMethod(model, { name, method, options }, index);
    const setup = { name, ...resolved, learningRate: LEARNING_RATE, ...common };
    return new Run(executor, model, setup, new Map([[tokens, batch]]), workspace);
  });
  try {
    workspace.allocate();
    for (const run of runs) await run.compile();
    await executor.memory.settled();
    fillWithExamples(model, batch);
    let updates = 0;
    const work = {
      forward: async () => {
        for (const run of runs) await run.step(tokens).forward();
      },
      step: async () => {
        for (const run of runs) await run.train(tokens, updates, LEARNING_RATE);
        updates++;
      },
    };
    const begun = performance.now();
    while (samples > 1 && performance.now() - begun < WARM_UP) await work.step();
    const times = await medians(executor, work, samples);
    const what = plans.length === 1 ? plans[0]!.name : `${plans.length} runs of ${plans[0]!.name} together`;
    console.log(`${what}, ${size} × ${tokens}: ${times.step.toFixed(1)} ms`);
    return {
      what: `a step of ${what}`,
      batch: `${size} × ${tokens}`,
      milliseconds: times.step,
      forward: times.forward,
    };
  } finally {
    for (const run of runs) await run.release();
    executor.memory.releaseOwner(OWNER);
  }
}

async function timeEvaluation(
  executor: Executor,
  model: BaseModel,
): Promise<Omit<ExecutorTimes, "executor" | "model">> {
  const rows = drawExamples(model, EVALUATED, 64);
  const { comparison } = compare(executor, model, rows.slice(0, 8), rows, ["lora"], 1);
  try {
    await comparison.prepare();
    await comparison.evaluate();
    const begin = performance.now();
    await comparison.evaluate();
    const milliseconds = performance.now() - begin;
    return { what: `an evaluation of ${EVALUATED} rows, LoRA`, batch: "8 × 64", milliseconds, forward: null };
  } finally {
    await comparison.release();
  }
}

/** States and losses of rows, read one by one with LoRA. */
async function timeScores(executor: Executor, model: BaseModel): Promise<Omit<ExecutorTimes, "executor" | "model">> {
  const rows = drawExamples(model, SCORED, 48);
  const { comparison } = compare(executor, model, rows.slice(0, 8), rows.slice(0, 8), ["lora"], 1);
  try {
    await comparison.prepare();
    const setup: ScoringSetup = {
      ...{ executor, model, reader: comparison.run("lora"), reading: "answer", batchSize: 8 },
      ...{ wanted: { labels: true, states: true, gradients: false, given: null }, labelled: "sequence-classification" },
      ...{ tokenizer: model.tokenizer, report: () => {}, signal: new AbortController().signal },
    };
    const begin = performance.now();
    await scoreRows(setup, rows);
    const milliseconds = performance.now() - begin;
    return { what: `states and losses of ${SCORED} rows, LoRA`, batch: "8 × 48", milliseconds, forward: null };
  } finally {
    await comparison.release();
  }
}

/**
 * What four runs take of the processor's memory, against the estimate, in a module of their own.
 */
async function memoryOf(folder: ModelFolder, threads: number) {
  const executor = new ProcessorExecutor({ build: () => fetchBuild("plain"), threads });
  const model = await BaseModel.load(executor, folder);
  const rows = drawExamples(model, 16, 64);
  const methods = ["lora", "sk-prefix", "prefix", "full"];
  const { comparison, planned } = compare(executor, model, rows, rows, methods, 4);
  await comparison.prepare();
  await comparison.train();
  const used = executor.memory.used;
  await comparison.release();
  return { runs: methods, estimated: planned, used, reserved: executor.memory.bytes().total };
}

function compare(
  executor: Executor,
  model: BaseModel,
  train: ReturnType<typeof drawExamples>,
  validation: ReturnType<typeof drawExamples>,
  methods: readonly string[],
  steps: number,
) {
  const labels = Array.from({ length: CLASSES }, (_, index) => `class ${index}`);
  const training = trainingSchema.parse({ steps, batchSize: 8, evalEvery: 1000 });
  const runs = methods.map((method) => {
    const plan = METHODS.find((one) => one.method === method);
    return { name: method, method, options: plan?.options ?? {} };
  });
  const { costs, capacity, largestBuffer: allowedBuffer } = executor;
  const lengths = (rows: typeof train) => rows.map(({ ids }) => ids.length);
  const planned = estimate({
    model,
    task: sequenceClassification,
    classes: CLASSES,
    labels,
    maxLength: 64,
    training,
    runs,
    costs,
    capacity,
    allowedBuffer,
    trainLengths: lengths(train),
    validationLengths: lengths(validation),
  });
  const { id: task } = sequenceClassification;
  const data = { task, labels, train, validation, validationTexts: validation.map(() => ""), maxLength: 64 };
  const comparison = new Comparison({ executor, model, data, training, runs, emit: () => {} });
  return { comparison, planned: planned.total.total };
}
