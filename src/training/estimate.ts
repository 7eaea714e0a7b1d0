/**
 * What a comparison will take, from tensor specifications alone: no device, nothing allocated. The same Programs and plans
 * are built as for training, so the sums are those of the buffers that will be made.
 */

import { BatchStream } from "../data/batches";
import { defaultLearningRate } from "../methods/learning-rate";
import type { ModelFacts } from "../methods/method";
import { methodOf } from "../methods/registry";
import { elementCount, type Trainable, tensorBytes } from "../program/tensor";
import type { Task } from "../tasks/task";
import type { BaseModel } from "./base-model";
import { sharedBuckets } from "./buckets";
import type { RunConfiguration, TrainingConfiguration } from "./configuration";
import type { GpuBytes } from "./events";
import { type LayerRate, layerRates } from "./layer-rates";
import { loadedSpecs } from "./read-model";
import { checkContext, controllerOf, controlsOf, methodContext, parseOptions, poolingOf } from "./run";
import { trainingSteps } from "./schedule";
import { stepMemory } from "./step";
import { buildTunedProgram } from "./tuned-program";

export interface RunEstimate {
  run: string;
  /** From tensor specifications. */
  trainable: { adapter: number; head: number; total: number; percentOfBase: number };
  bytes: GpuBytes;
  /** Set when this run cannot start as configured: what is wrong with which option. */
  problem: string | null;
  virtualTokens: number;
  /** The learning rate of every layer, from the head down; empty where there is a problem. */
  layerRates: LayerRate[];
}

export interface Estimate {
  /** Of one variant of each run. */
  runs: RunEstimate[];
  /** Weights once, plus what every variant of every run has of its own; what they share is counted once. */
  total: GpuBytes;
  /** The largest single buffer, and what the device allows for one. */
  largestBuffer: { tensor: string; bytes: number; allowed: number };
  stepsPerEpoch: number;
  steps: number;
}

export interface EstimateInput {
  readonly model: ModelFacts & Pick<BaseModel, "tokenizer" | "parameters" | "poolings">;
  /** Sequence classification unless told. */
  readonly task?: Task;
  readonly classes: number;
  /** Names of the classes; needed by methods that say them. */
  readonly labels?: readonly string[];
  /** Tokens of training and of validation rows. */
  readonly trainLengths: readonly number[];
  readonly validationLengths: readonly number[];
  readonly maxLength: number;
  readonly training: TrainingConfiguration;
  readonly runs: readonly RunConfiguration[];
  readonly allowedBuffer: number;
}

const nothing: GpuBytes = {
  weights: 0,
  adapter: 0,
  gradients: 0,
  optimizer: 0,
  activations: 0,
  runtime: 0,
  total: 0,
};

export function estimate(input: EstimateInput): Estimate {
  const { model, training, runs, trainLengths, validationLengths, maxLength, allowedBuffer } = input;
  const { seed } = training;
  const lengths = [...trainLengths, ...validationLengths];
  const buckets = sharedBuckets(model, lengths, maxLength, runs, {
    task: input.task,
    classes: input.classes,
    labels: input.labels,
    pooling: model.poolings[0]!,
    seed,
  });
  const weights = loadedSpecs(model);
  const weightBytes = weights.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  let largest = { tensor: "", bytes: 0 };
  const consider = (tensor: string, bytes: number) => {
    if (bytes > largest.bytes) largest = { tensor, bytes };
  };
  for (const tensor of weights) consider(tensor.name, tensorBytes(tensor));
  const places: number[] = [];
  const estimates = runs.map((run) => {
    try {
      return estimateRun(input, run, buckets, weightBytes, places, consider);
    } catch (error) {
      const trainable = { adapter: 0, head: 0, total: 0, percentOfBase: 0 };
      const problem = error instanceof Error ? error.message : String(error);
      return {
        run: run.name,
        trainable,
        bytes: sumUp({ ...nothing, weights: weightBytes }),
        problem,
        virtualTokens: 0,
        layerRates: [],
      };
    }
  });
  const total = { ...nothing, weights: weightBytes, activations: places.reduce((sum, size) => sum + size, 0) };
  const variants = training.seeds * training.learningRateFactors.length;
  for (const { bytes } of estimates) {
    total.adapter += variants * bytes.adapter;
    total.gradients += variants * bytes.gradients;
    total.optimizer += variants * bytes.optimizer;
    total.runtime += variants * bytes.runtime;
  }
  const { batchSize, shuffle } = training;
  const { batchesPerEpoch } = new BatchStream({ lengths: trainLengths, batchSize, buckets, seed, shuffle });
  return {
    runs: estimates,
    total: sumUp(total),
    largestBuffer: { ...largest, allowed: allowedBuffer },
    stepsPerEpoch: batchesPerEpoch,
    steps: trainingSteps(training, batchesPerEpoch),
  };
}

function estimateRun(
  { model, task, classes, labels, training, trainLengths, allowedBuffer }: EstimateInput,
  run: RunConfiguration,
  buckets: readonly number[],
  weightBytes: number,
  places: number[],
  consider: (tensor: string, bytes: number) => void,
): RunEstimate {
  const method = methodOf(run.method);
  const options = parseOptions(model, run);
  const context = methodContext(model, method, options, training.seed, labels);
  const setup = { method, options, context, task, classes, pooling: poolingOf(model, training), layers: run };
  const bytes = { ...nothing, weights: weightBytes };
  const programs = buckets.map((bucket) => buildTunedProgram(setup, training.batchSize, bucket));
  const { program, virtualTokens } = programs[0]!;
  checkContext(model, Math.max(...buckets), virtualTokens, run.name);
  for (const tuned of programs) {
    const { sizes } = stepMemory(tuned);
    bytes.activations = Math.max(
      bytes.activations,
      sizes.reduce((sum, size) => sum + size, 0),
    );
    [...sizes]
      .sort((a, b) => b - a)
      .forEach((size, place) => {
        places[place] = Math.max(places[place] ?? 0, size);
      });
    consider(`an activation of "${run.name}"`, Math.max(...sizes));
  }
  for (const tensor of program.trainables) {
    consider(tensor.name, tensorBytes(tensor));
    bytes.adapter += tensorBytes(tensor);
    bytes.gradients += tensorBytes(tensor);
    bytes.optimizer += 2 * tensorBytes(tensor);
  }
  checkTrained(program.trainables, allowedBuffer);
  const { batchSize, seed, gradClip } = training;
  const steps = trainingSteps(training, Math.ceil(trainLengths.length / batchSize));
  for (const control of controlsOf(programs[0]!, controllerOf(setup, programs[0]!, { steps, seed, gradClip }))) {
    consider(control.name, tensorBytes(control));
    bytes.optimizer += tensorBytes(control);
  }
  const adapter = countPart(program.trainables, "adapter");
  const head = countPart(program.trainables, "head");
  const percentOfBase = (100 * (adapter + head)) / model.parameters;
  return {
    run: run.name,
    trainable: { adapter, head, total: adapter + head, percentOfBase },
    bytes: sumUp(bytes),
    problem: null,
    virtualTokens,
    layerRates: layerRates(
      run.learningRate ?? training.learningRate ?? defaultLearningRate(method, model),
      model.config.layers,
      run,
    ),
  };
}

/** Throws an Error with both numbers if a trained tensor is larger than a buffer of this device may be. */
function checkTrained(trainables: readonly Trainable[], allowed: number): void {
  const large = trainables.find((tensor) => tensorBytes(tensor) > allowed);
  if (!large) return;
  const total = 16 * trainables.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  throw new Error(
    `It would train "${large.name}", which needs ${tensorBytes(large)} bytes in one buffer; this device allows ${allowed}. ` +
      `All that it trains takes ${total} bytes with gradients and AdamW's moments. Freeze layers, or choose a method that ` +
      "trains less.",
  );
}

/** Number of trained values of one part. */
export function countPart(trainables: readonly Trainable[], part: Trainable["part"]): number {
  return trainables.filter((tensor) => tensor.part === part).reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

function sumUp(bytes: GpuBytes): GpuBytes {
  const { weights, adapter, gradients, optimizer, activations, runtime } = bytes;
  return { ...bytes, total: weights + adapter + gradients + optimizer + activations + runtime };
}
