/**
 * What a comparison will take, from tensor specifications alone: no device, nothing allocated. The
 * same Programs and plans are built as for training, so the sums are those of the buffers that will
 * be made.
 */

import type { BaseModel } from "../base/base-model";
import { languageHeadSpecs } from "../base/language-head";
import { loadedSpecs } from "../base/read-model";
import { type Channel, earlierLosses } from "../data/channels";
import type { EncodedRow } from "../data/tokens";
import { messageOf } from "../errors/message-of";
import { noBytes, sumUp } from "../executors/bytes";
import type { Costs } from "../executors/costs";
import { webgpuCosts } from "../executors/webgpu/costs";
import { readsWords, textAnswers } from "../methods/answerer";
import type { ChosenModules, ModelFacts } from "../methods/method";
import { approaches } from "../methods/registry";
import type { RunConfiguration, TrainingConfiguration } from "../plan/configuration";
import type { MemoryBytes } from "../plan/events";
import { type Circumstances, changedSince, foundRateOf } from "../plan/found-rate";
import { type LayerRate, layerRates } from "../plan/layer-rates";
import { pruningInWords } from "../plan/pruning-in-words";
import { isSearched } from "../plan/rate-search";
import { peakLearningRate, sharedHeadRate, trainingSteps } from "../plan/schedule";
import { storedTensors } from "../program/row-parts";
import {
  elementCount,
  type HeldTensor,
  type Provided,
  type Tensor,
  type Trainable,
  tensorBytes,
} from "../program/tensor";
import { needsEarlierLosses } from "../pruning/registry";
import { sharedBuckets } from "../runs/buckets";
import { controllerBytes } from "../runs/controller-runner";
import { type StepFlops, stepFlops } from "../runs/flops";
import { optimizerBytes } from "../runs/optimizer";
import { settingsPrint } from "../runs/rate-settings";
import {
  checkContext,
  controllerOf,
  controllerStatesOf,
  ownPooling,
  poolingOf,
  type ResolvedMethod,
  resolveMethod,
  semanticBlocksOf,
} from "../runs/resolve";
import { RUN_BYTES } from "../runs/run";
import { compiledBytes } from "../runs/step";
import { type TrainableCount, trainableOf } from "../runs/trainable-count";
import { buildTunedProgram } from "../runs/tuned-program";
import { type Task, weighLabels } from "../tasks/task";
import { cachedBytes, feedBytes, type StepNeeds, stepNeeds, tableBytes, workspaceBytes } from "./shared-bytes";
import { type TrainedParts, watchParts } from "./trained-parts";
import { type RunTerms, unequal } from "./unequal";

export interface RunEstimate {
  run: string;
  /** From tensor specifications. */
  trainable: TrainableCount;
  bytes: MemoryBytes;
  /** Set when this run cannot start as configured: what is wrong with which option. */
  problem: string | null;
  virtualTokens: number;
  /** Whether the frozen model reads the run's text alone, once, before training. */
  readsText: boolean;
  /** Of a step of rows as long as the longest; null where there is a problem. */
  flops: StepFlops | null;
  /** The learning rate of every layer, from the head down; empty where there is a problem. */
  layerRates: LayerRate[];
  /** Modules that the method draws; empty for most. */
  chosen: ChosenModules[];
  /** Which parts of the model it changes, for a drawing; null where there is a problem. */
  parts: TrainedParts | null;
  /** What has changed since its rate was found by a search, in a sentence; null: nothing. */
  changedSince: string | null;
  /** The most numbers that it fits to texts, where that is known only afterwards; null: known. */
  mostFitted: number | null;
}

export interface Estimate {
  /** Of one variant of each run. */
  runs: RunEstimate[];
  /**
   * Weights once, plus what every variant of every run has of its own; what they share is counted
   * once.
   */
  total: MemoryBytes;
  /** The largest single buffer, and what the device allows for one. */
  largestBuffer: { tensor: string; bytes: number; allowed: number };
  /** Bytes that all may take together; null where the device does not tell. */
  capacity: number | null;
  stepsPerEpoch: number;
  steps: number;
  /** What is not equal between the runs, in sentences. */
  unequal: string[];
}

export interface EstimateInput {
  readonly model: ModelFacts & Pick<BaseModel, "tokenizer" | "parameters" | "poolings">;
  readonly task: Task;
  readonly classes: number;
  /** Names of the classes; needed by methods that say them. */
  readonly labels?: readonly string[];
  /** Channels of the rows that enter the model (`inputChannels`); default: none. */
  readonly inputs?: readonly Channel[];
  /** Whether rows or tokens have weights; default: they all count the same. */
  readonly weighed?: boolean;
  /** Tokens of training, of validation and of test rows; default of the last: there are none. */
  readonly trainLengths: readonly number[];
  readonly validationLengths: readonly number[];
  readonly testLengths?: readonly number[];
  /** The training rows, for what is shown of them; default: they are not known. */
  readonly rows?: readonly Pick<EncodedRow, "labels" | "text">[];
  /** How many of the training rows are learned from; default: all. */
  readonly trainRows?: number | undefined;
  /** How many times the rows are divided anew, each a variant of every run; default: once. */
  readonly splits?: number;
  readonly maxLength: number;
  readonly training: TrainingConfiguration;
  readonly runs: readonly RunConfiguration[];
  /** Bytes that one buffer may have, and all together; default: no limit on all. */
  readonly allowedBuffer: number;
  readonly capacity?: number;
  /** What the executor takes for itself; default: a graphics card's. */
  readonly costs?: Costs;
  /**
   * Of runs that start from an adapter, by name: throws an Error where what the run trains cannot.
   * Default: no run does.
   */
  readonly startChecks?: ReadonlyMap<string, (held: readonly HeldTensor[]) => void>;
  /** Model and rows that found rates are held against; default: they are taken as they are. */
  readonly open?: Pick<Circumstances, "model" | "rows"> | undefined;
}

export function estimate(given: EstimateInput): Estimate {
  const input = { ...given, task: weighLabels(given.task, given.training.classWeights, given.weighed) };
  const { training, runs, trainLengths, validationLengths, maxLength, allowedBuffer, costs = webgpuCosts } = input;
  const model = onDevice(input);
  const { seed } = training;
  const { testLengths = [], trainRows = trainLengths.length, splits = 1 } = input;
  const lengths = [...trainLengths, ...validationLengths];
  const resolved = runs.map((run) => attempt(() => resolveMethod(model, run, seed, input.labels, input.rows)));
  const known = resolved.flatMap((one) => ("error" in one ? [] : [one.value]));
  const head = { task: input.task, classes: input.classes, pooling: model.poolings[0]! };
  const buckets = sharedBuckets(model.config, lengths, maxLength, known, head, testLengths);
  const weights = [...loadedSpecs(model), ...headSpecs({ ...input, model })];
  const weightBytes = weights.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  let largest = { tensor: "", bytes: 0 };
  const consider = (tensor: string, bytes: number) => {
    if (bytes > largest.bytes) largest = { tensor, bytes };
  };
  for (const tensor of weights.flatMap(storedTensors)) consider(tensor.name, tensorBytes(tensor));
  const estimated = runs.map((run, index) => {
    const one = resolved[index]!;
    const attempted =
      "error" in one
        ? one
        : attempt(() => estimateRun({ ...input, model }, run, one.value, buckets, weightBytes, consider));
    return "error" in attempted ? refused(run.name, weightBytes, attempted.error) : attempted.value;
  });
  const factors = training.learningRateFactors.length;
  const variants = training.seeds * factors * splits;
  // What trains nothing has no learning rate, and is in a sweep once.
  const variantsOf = ({ terms }: EstimatedRun) => (terms?.trains ? variants : variants / factors);
  const total = { ...noBytes(), weights: weightBytes };
  for (const run of estimated) {
    for (const name of ["adapter", "gradients", "optimizer", "runtime"] as const)
      total[name] += variantsOf(run) * run.bytes[name];
  }
  const steps = estimated.flatMap(({ steps }) => steps);
  total.activations = workspaceBytes(steps);
  const runtimes = steps.map(({ runtime }) => runtime);
  total.onnxruntime = costs.runtime(runtimes, variants);
  // A text that several runs read is kept once, as deep as the deepest reads it.
  const texts = new Map<string, number>();
  for (const { text, bytes } of estimated) texts.set(text, Math.max(texts.get(text) ?? 0, bytes.cache));
  total.cache = [...texts.values()].reduce((sum, bytes) => sum + bytes, 0);
  if (steps.length > 0) {
    const { classes: labels } = input;
    const byChange = runs.some(({ pruning }) => needsEarlierLosses(pruning));
    const inputs = [...(byChange ? [earlierLosses(input.task.labels)] : []), ...(input.inputs ?? [])];
    const feeds = { task: input.task, labels, inputs, batchSize: training.batchSize, buckets };
    const head = Math.max(...estimated.map(({ trainable }) => trainable.head));
    total.runtime +=
      tableBytes(steps) +
      feedBytes({
        ...feeds,
        evaluated: [validationLengths, testLengths],
        runs: estimated.reduce((sum, run) => sum + (run.problem === null ? variantsOf(run) : 0), 0),
        head,
      });
  }
  const { batchSize } = training;
  const batchesPerEpoch = Math.ceil(trainRows / batchSize);
  const trainedSteps = trainingSteps(training, batchesPerEpoch);
  return {
    runs: estimated.map(({ steps: _steps, text: _text, terms: _terms, ...run }) => run),
    total: sumUp(total),
    largestBuffer: { ...largest, allowed: allowedBuffer },
    capacity: input.capacity !== undefined && Number.isFinite(input.capacity) ? input.capacity : null,
    stepsPerEpoch: batchesPerEpoch,
    steps: trainedSteps,
    unequal: unequal(
      estimated.flatMap(({ terms }) => terms ?? []),
      {
        trainRows,
        rowsSeen: Math.min(trainedSteps * batchSize, trainRows),
        learningRateFactors: training.learningRateFactors,
        testRows: testLengths.length,
      },
    ),
  };
}

/** The model as this device keeps it: matrices above the limit of a buffer in parts. */
function onDevice({ model, allowedBuffer: largestBuffer }: EstimateInput): EstimateInput["model"] {
  const { family, config, precision, languageHead, tokenizer, parameters, poolings } = model;
  return { family, config, precision, languageHead, tokenizer, parameters, poolings, largestBuffer };
}

/**
 * A run's estimate, what its steps need, and the text that it has the frozen model read, as ids.
 */
interface EstimatedRun extends RunEstimate {
  readonly steps: readonly StepNeeds[];
  readonly text: string;
  /** Null where there is a problem. */
  readonly terms: RunTerms | null;
}

/** What was computed, or what kept it from being computed. */
function attempt<Value>(compute: () => Value): { readonly value: Value } | { readonly error: string } {
  try {
    return { value: compute() };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function refused(run: string, weights: number, problem: string): EstimatedRun {
  const trainable = { adapter: 0, head: 0, total: 0, percentOfBase: 0 };
  const bytes = sumUp({ ...noBytes(), weights });
  return {
    run,
    trainable,
    bytes,
    problem,
    virtualTokens: 0,
    flops: null,
    layerRates: [],
    chosen: [],
    parts: null,
    changedSince: null,
    mostFitted: null,
    readsText: false,
    text: "",
    steps: [],
    terms: null,
  };
}

/** What only the head over the vocabulary reads, where somebody needs it. */
function headSpecs({ model, task, runs }: EstimateInput): Tensor[] {
  const { family, config, languageHead = "words" } = model;
  const needed =
    task.head === "vocabulary" ||
    runs.some(({ method }) => approaches.some((one) => one.id === method && readsWords(one)));
  return needed ? languageHeadSpecs(family, config, languageHead, model) : [];
}

function estimateRun(
  { model, task, classes, inputs, training, trainLengths, allowedBuffer, costs = webgpuCosts, ...input }: EstimateInput,
  run: RunConfiguration,
  resolved: ResolvedMethod,
  buckets: readonly number[],
  weightBytes: number,
  consider: (tensor: string, bytes: number) => void,
): EstimatedRun {
  const { method, options, context } = resolved;
  const pooling = ownPooling(resolved, model, poolingOf(model, training));
  const trainingRows = input.trainRows ?? trainLengths.length;
  const watched = watchParts(model);
  const { observe } = watched;
  const setup = {
    ...resolved,
    task,
    classes,
    pooling,
    inputs,
    layers: run,
    pruning: run.pruning,
    trainingRows,
    observe,
  };
  const bytes = { ...noBytes(), weights: weightBytes };
  const programs = buckets.map((bucket) => buildTunedProgram(setup, training.batchSize, bucket));
  const { program, virtualTokens } = programs[0]!;
  checkContext(model, Math.max(...buckets), virtualTokens, run.name);
  const needs = programs.map((tuned) => stepNeeds(costs, tuned));
  bytes.activations = Math.max(...needs.map(({ sizes }) => sizes.reduce((sum, size) => sum + size, 0)));
  bytes.onnxruntime = costs.runtime(
    needs.map(({ runtime }) => runtime),
    1,
  );
  for (const { sizes, runtime } of needs) {
    consider(`an activation of "${run.name}"`, Math.max(...sizes));
    consider(`onnxruntime's working memory for "${run.name}"`, runtime.largest);
  }
  const blocks = semanticBlocksOf(setup);
  if (blocks !== null) bytes.cache = cachedBytes(model.config, context.textIds.length, blocks);
  bytes.runtime = RUN_BYTES + programs.reduce((sum, tuned) => sum + compiledBytes(costs, tuned), 0);
  for (const table of needs[0]!.runtime.leaves.filter(isFilledByRun)) {
    consider(table.name, tensorBytes(table));
    bytes.runtime += tensorBytes(table);
  }
  for (const tensor of program.trainables) {
    consider(tensor.name, tensorBytes(tensor));
    bytes.adapter += tensorBytes(tensor);
    bytes.gradients += tensorBytes(tensor);
    bytes.optimizer += 2 * tensorBytes(tensor);
  }
  checkTrained(program.trainables, allowedBuffer);
  input.startChecks?.get(run.name)?.(program.held);
  const { batchSize, seed, gradClip } = training;
  const steps = trainingSteps(training, Math.ceil(trainingRows / batchSize));
  const controller = controllerOf(setup, programs[0]!, { steps, seed, gradClip });
  if (controller) bytes.runtime += controllerBytes(costs, controller);
  bytes.runtime += optimizerBytes(costs, programs[0]!.backward.trained, controller?.rounds);
  for (const state of controllerStatesOf(programs[0]!, controller)) {
    consider(state.name, tensorBytes(state));
    bytes[state.inAdapter ? "adapter" : "optimizer"] += tensorBytes(state);
  }
  const rate = peakLearningRate(run, training, model);
  const ownScale = method.trains ? method.headLearningRateScale?.(options) : undefined;
  const headRate = sharedHeadRate(run, training) ?? (ownScale && ownScale * rate);
  const trainable = trainableOf(setup, program.trainables, model, programs[0]!.front);
  const flops = stepFlops(programs.at(-1)!);
  const found = method.trains ? foundRateOf(run) : undefined;
  const changed =
    found && input.open
      ? changedSince(
          run.name,
          found,
          { ...input.open, settings: settingsPrint(run, options, training), steps },
          input.splits ?? 1,
        )
      : null;
  return {
    run: run.name,
    trainable,
    bytes: sumUp(bytes),
    problem: null,
    virtualTokens,
    readsText: blocks !== null,
    flops,
    terms: {
      run: run.name,
      adapter: trainable.adapter,
      trains: method.trains,
      readsRows: !method.trains && method.answers.from !== "words",
      virtualTokens,
      flops: flops.total,
      headLearningRate: trainable.head > 0 ? (headRate ?? rate) : 0,
      searched: isSearched(run, training) || found !== undefined,
      changedSince: changed,
      headFollowsAdapter: sharedHeadRate(run, training) === null,
      weightDecay: program.trainables.some(({ part, weightDecay }) => part === "adapter" && weightDecay)
        ? (run.weightDecay ?? training.weightDecay)
        : null,
      pruning: run.pruning ? pruningInWords(run.pruning) : null,
      readsRowsFirst: needsEarlierLosses(run.pruning),
      // A run that goes on is told of other rows when it does.
      startsFromAdapter: run.initFrom !== undefined && run.resume !== true,
    },
    steps: needs,
    text: blocks === null ? "" : context.textIds.join(" "),
    chosen: ((method.trains && method.chosen?.(options, model)) || []).filter(
      ({ block }) => block >= (run.frozenLayers ?? 0),
    ),
    parts: watched.partsOf(trainable),
    layerRates: layerRates(rate, model.config.layers, run, headRate),
    changedSince: changed,
    mostFitted: textAnswers(method)?.mostParameters?.(options, task.outputs(classes)) ?? null,
  };
}

const isFilledByRun = (leaf: Tensor) => leaf.role === "provided" && (leaf as Provided).provider !== "read text";

/**
 * Throws an Error with both numbers if a trained tensor is larger than a buffer of this device may
 * be.
 */
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
