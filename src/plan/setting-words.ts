/**
 * What settings and their values are called: the words of the form on the left, never the keys of
 * the file. `tests/unit/page/settings-diff.test.ts` holds them to the form.
 */

import { transformInWords } from "../data/transforms/in-words";
import type { ColumnRole, TaskId } from "../data/types";
import type { Pruning } from "../pruning/registry";
import { type MetricName, metricFacts } from "../tasks/metrics/names";
import type { Configuration, TrainingConfiguration } from "./configuration";
import { formatPercent, formatPlural, formatSetting } from "./numbers";
import { pruningInWords } from "./pruning-in-words";
import { selectionInWords } from "./selection-in-words";
import { weightInWords } from "./weight-in-words";

/** A setting's name in the form, and how a value of it is said. */
export interface Words<Value> {
  readonly title: string;
  readonly say: (value: Value) => string;
}

type WordsOf<Settings> = { readonly [Key in keyof Settings]-?: Words<Settings[Key]> };

const plain: (value: unknown) => string = formatSetting;
const orElse = (otherwise: string) => (value: unknown) =>
  value === null || value === undefined ? otherwise : formatSetting(value);
const rate = (otherwise: string) => (value: number | "search" | null | undefined) =>
  value === "search" ? "searched before training" : orElse(otherwise)(value);

/** Steps and epochs are one setting: `lengthInWords`. */
export const trainingWords: WordsOf<Omit<TrainingConfiguration, "steps" | "epochs">> = {
  batchSize: { title: "Batch size", say: plain },
  learningRate: { title: "Learning rate for all", say: rate("each method's own") },
  evalEvery: { title: "Evaluate every", say: (steps) => formatPlural(steps, "step") },
  evalRows: { title: "Rows measured meanwhile", say: orElse("all") },
  seeds: { title: "Seeds per run", say: plain },
  metric: { title: "The verdict goes by", say: (metric) => metricTitle(metric) },
  classWeights: { title: "Class weights", say: orElse("off") },
  tokenNoise: { title: "Noise in training rows", say: (noise) => (noise ? noiseInWords(noise) : "none") },
  calibrate: { title: "Calibrate each run when it has ended", say: (on) => plain(on ?? false) },
  headLearningRate: {
    title: "Learning rate of heads",
    say: (value) => (value === "adapter" ? "as the adapter" : plain(value)),
  },
  schedule: {
    title: "Schedule",
    say: (schedule) => ({ linear: "Linear to zero", cosine: "Cosine to zero", constant: "Constant" })[schedule],
  },
  warmupRatio: { title: "Warm-up, % of steps", say: (share) => formatPercent(share, 0) },
  leastWarmupSteps: { title: "Warm-up, at least", say: (steps) => formatPlural(steps, "step") },
  learningRateFactors: {
    title: "Learning rates",
    say: (factors) =>
      factors.length === 1 && factors[0] === 1 ? "one for each run" : factors.map((factor) => `× ${factor}`).join(", "),
  },
  gradClip: { title: "Largest gradient norm", say: plain },
  weightDecay: { title: "Weight decay", say: plain },
  earlyStopping: {
    title: "Stop early after",
    say: (stopping) => (stopping ? formatPlural(stopping.patience, "evaluation") : "never"),
  },
  keepBest: { title: "Keep the adapter of", say: (best) => (best ? "the lowest validation loss" : "the last step") },
  seed: { title: "Seed", say: plain },
  shuffle: { title: "Shuffle rows", say: plain },
  pooling: {
    title: "The head reads",
    say: (pooling) =>
      pooling === null
        ? "as is usual for the model"
        : {
            last: "the last token",
            mean: "the mean of all tokens",
            first: "the first token, virtual or not",
            cls: "the input's own first token",
          }[pooling],
  },
};

/** What noise replaces tokens by. */
export const replacementTitles: Readonly<
  Record<NonNullable<TrainingConfiguration["tokenNoise"]>["replacement"], string>
> = { random: "random tokens", mask: "mask tokens", pad: "padding" };

function noiseInWords({ rate, ramp, replacement, group }: NonNullable<TrainingConfiguration["tokenNoise"]>): string {
  const reached = ramp === 0 ? "" : `, reached after ${formatPercent(ramp, 0)} of the steps`;
  return `${formatPercent(rate, 0)} of the tokens by ${replacementTitles[replacement]}${reached}${group === undefined ? "" : `, in rows of ${group}`}`;
}

function metricTitle(metric: MetricName | undefined): string {
  return metric === undefined ? "the task's first" : metricFacts[metric].title;
}

/** `200 steps`, `3 epochs`. */
export function lengthInWords({ steps, epochs }: Pick<TrainingConfiguration, "steps" | "epochs">): string {
  if (steps !== null) return formatPlural(steps, "step");
  return epochs === null ? "not set" : formatPlural(epochs, "epoch");
}

type Data = Configuration["data"];

export const dataWords: WordsOf<Omit<Data, "columns" | "task" | "train">> = {
  validation: { title: "Validation", say: (part) => (typeof part === "string" ? part : formatPercent(part, 0)) },
  test: {
    title: "Test",
    say: (plan) => {
      if (plan === null) return "none";
      if (typeof plan === "string") return plan;
      if (typeof plan === "number") return formatPercent(plan, 0);
      return "folds" in plan
        ? formatPlural(plan.folds, "fold")
        : `${formatPlural(plan.repeats, "draw")} of ${formatPercent(plan.fraction, 0)}`;
    },
  },
  group: { title: "Keep together", say: orElse("nothing") },
  maxLength: { title: "Longest text, in tokens", say: plain },
  labelNames: {
    title: "Names of the labels",
    say: (names = {}) =>
      Object.entries(names)
        .map(([label, name]) => `${label} means ${name}`)
        .join(", ") || "as in the file",
  },
  taskText: { title: "Say the task in a sentence", say: orElse("none") },
  weights: { title: "Weights", say: (rules = []) => rules.map(weightInWords).join("; ") || "all rows count the same" },
  selection: { title: "Learn from", say: (selection) => (selection ? selectionInWords(selection) : "all rows") },
  transforms: {
    title: "Change the training rows",
    say: (transforms = []) => transforms.map(transformInWords).join("; ") || "as the file has them",
  },
  encoding: { title: "Encoding", say: orElse("found by the file") },
  validationEncoding: { title: "Encoding of the validation file", say: orElse("found by the file") },
  testEncoding: { title: "Encoding of the test file", say: orElse("found by the file") },
  header: { title: "First row", say: (header = true) => (header ? "names of columns" : "data") },
  changes: {
    title: "Changed rows",
    say: (changes = []) => (changes.length === 0 ? "none" : formatPlural(changes.length, "row")),
  },
};

export const roleTitles: Readonly<Record<ColumnRole, string>> = {
  text: "Text",
  textPair: "Second text",
  label: "Label",
  labels: "Labels",
  separator: "Between labels",
  number: "Number",
  tokens: "Words",
  tags: "Tags",
  messages: "Conversation",
  system: "System prompt",
  history: "Earlier turns",
  prompt: "Prompt",
  response: "Response",
  weight: "Weight",
};

export const taskTitles: Readonly<Record<TaskId, string>> = {
  "sequence-classification": "Classification: one label",
  "multi-label-classification": "Classification: several labels",
  regression: "Regression: a number",
  "token-classification": "Token classification: a tag for every word",
  "causal-lm": "Language modelling: a response",
};

/**
 * Of a run beside its method's options; how a rate was found, and which sweep a run is a point of,
 * is no setting.
 */
export const runWords = {
  learningRate: { title: "Learning rate", say: rate("the method's own") },
  weightDecay: { title: "Weight decay", say: orElse("that of all") },
  frozenLayers: { title: "Frozen layers", say: (layers?: number) => plain(layers ?? 0) },
  layerDecay: { title: "Rate decay per layer", say: (decay?: number) => plain(decay ?? 1) },
  pruning: { title: "Learn from", say: (pruning?: Pruning) => (pruning ? pruningInWords(pruning) : "whole batches") },
  initFrom: { title: "Starts from", say: orElse("its method's own start") },
  resume: { title: "Goes on with that training", say: (on?: boolean) => plain(on ?? false) },
} satisfies WordsOf<Omit<Configuration["runs"][number], "name" | "method" | "options" | "foundRate" | "sweptAs">>;
