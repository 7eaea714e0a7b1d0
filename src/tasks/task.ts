/**
 * What a task is: what a run reads from the model's last states, what its loss computes on the
 * device, and what the numbers say. A task is one plain object in one file; training, estimate,
 * export and report follow from it.
 */

import type { CardTask } from "../adapters/card/content";
import { type Channel, labelWeights } from "../data/channels";
import type { ClassWeights } from "../data/class-weights";
import type { Replaceable } from "../data/token-noise";
import type { EncodedRow, TokenizedExample } from "../data/tokens";
import type { Scale, TaskId } from "../data/types";
import type { Dispatch } from "../kernels/kernel";
import type { HeadUpdate, PromptLabel, RunPooling } from "../models/family";
import type { Place } from "../program/place";
import type { Program } from "../program/program";
import type { Tensor, Trainable } from "../program/tensor";
import type { ReadAttention } from "../pruning/prune";
import type { Pruning } from "../pruning/registry";
import type { DrawnMetric } from "./metrics/drawn";
import type { MetricName, Metrics } from "./metrics/names";
import type { Figures, RowAnswer, RowWords } from "./row-answer";

/** What a read-out is made from. */
export interface States {
  /** After the last norm: [size · (virtualTokens + tokens + suffix), hiddenSize]. */
  readonly hidden: Tensor;
  /** [size] int32: real tokens of every row. */
  readonly lengths: Tensor;
  readonly size: number;
  /** Padded length of the input. */
  readonly tokens: number;
  /** Virtual tokens before every row's own, and those after its last real token. */
  readonly virtualTokens: number;
  readonly suffix: number;
  /** Words of those before that a language model learns too; default: none. */
  readonly context?: readonly PromptLabel[] | undefined;
}

/** What gives logits over the vocabulary: states · weightᵀ + bias, bent under the cap. */
export interface LanguageHead {
  /** [vocabulary, hiddenSize] */
  readonly weight: Tensor;
  /** [vocabulary] */
  readonly bias?: Tensor | undefined;
  readonly cap?: number | undefined;
  readonly update?: HeadUpdate | undefined;
}

export interface ReadOutOptions {
  /** Columns of the head; 0 where the task trains none. */
  readonly outputs: number;
  readonly pooling: RunPooling;
  readonly learningRateScale: number;
  /** Names of the channels of weights that the loss reads of a batch; default: none. */
  readonly weighted?: ReadonlySet<string>;
  /**
   * Which part of a training batch is learned from; default: all. A loss that cannot be pruned has
   * no `pruning`.
   */
  readonly pruning?: Pruning | undefined;
  /** Where that needs the attention of the last layer. */
  readonly attention?: ReadAttention | undefined;
  /**
   * The family's own classifier [rows, outputs] of states; undefined where it is a plain `score`.
   */
  readonly classifier?: ((state: Tensor, outputs: number) => Tensor) | undefined;
  /** What the family reads every token with; default: `score`. */
  readonly tokenHead?: "score" | "classifier" | "classify" | undefined;
  /** The frozen model's own head over the vocabulary; throws an Error saying why if it has none. */
  readonly languageHead: () => LanguageHead;
}

export interface ReadOut {
  /** Where the loss's gradient enters the backward pass. */
  readonly output: Tensor;
  readonly loss: Loss;
}

/** The loss as dispatches: Σ share · loss over the labels (`shares.ts`), with its gradient. */
export interface Loss {
  /** float32 elements of each piece of working memory. */
  readonly scratch: readonly number[];
  /** Run before the parts: what all of them read, as the shares. */
  readonly first: readonly Dispatch<Place>[];
  /**
   * Run after these in an update alone: parts as below, and what takes away the shares of what is
   * not learned from. Left out where all is.
   */
  readonly pruning?: {
    readonly parts: readonly { readonly rows: number; readonly dispatches: readonly Dispatch<Place>[] }[];
    readonly last: readonly Dispatch<Place>[];
  };
  /**
   * Dispatches that each take the next `rows` labelled rows; only as many run as a batch needs, on
   * zeroed `seed`, `losses` and `predictions`. In training `learn` follows, which adds to the
   * zeroed gradients of `trained`. Empty where everything is computed at once.
   */
  readonly parts: readonly {
    readonly rows: number;
    readonly dispatches: readonly Dispatch<Place>[];
    readonly learn: readonly Dispatch<Place>[];
  }[];
  /** Activations that are read here, where there are any. */
  readonly reads?: readonly Tensor[];
  /** Trained tensors whose gradient comes from here, not from the backward pass. */
  readonly trained: readonly Trainable[];
  /** Run after the parts. */
  readonly last: readonly Dispatch<Place>[];
  /** Whether more than the batch's labels is learned: the third step figure says how much. */
  readonly penalty?: boolean;
}

/** What was computed for every validation row, in the file's order. */
export interface Evaluation {
  /**
   * Per row [labels of the row · width]: the read-out, or where the task says so what is predicted.
   */
  readonly outputs: readonly (Float32Array | Float64Array)[];
  /** Per row [labels of the row], nats; 0 where there is no label. */
  readonly losses: readonly Float32Array[];
}

export interface Task {
  readonly id: TaskId;
  readonly title: string;
  /**
   * Whose logits the loss is of: a trained head's, or those of the model's own head over its
   * vocabulary.
   */
  readonly head: "own" | "vocabulary";
  /** In PEFT's configuration. */
  readonly peftType: "SEQ_CLS" | "TOKEN_CLS" | "CAUSAL_LM";
  /** How the name of transformers' class ends. */
  readonly modelClass: "ForSequenceClassification" | "ForTokenClassification" | "ForCausalLM";
  /** `problem_type` in transformers' configuration, where its class has several. */
  readonly problem?: string;
  /**
   * Whether every token has a label of its own, or the row has one: `tokenLabels` or `rowLabels`.
   */
  readonly labels: Channel;
  /**
   * What else its loss reads of a batch, for so many label names; numbers to be predicted are
   * scaled.
   */
  readonly targets?: (labels: number, scale: Scale | null) => readonly Channel[];
  /**
   * What its loss reads beside these where classes are weighted, for so many label names; left out
   * where they cannot be.
   */
  readonly weights?: (labels: number) => Channel;
  /**
   * Where labels have chances: whether a row may have any number of them, and which it has, by
   * their places. Left out where a run says no chances that could be calibrated.
   */
  readonly chances?: { readonly several: boolean; labelsOf(example: TokenizedExample): readonly number[] };
  /** Which tokens of a training row noise may replace; default: all. */
  readonly replaceable?: Replaceable;
  /** Columns of the head for so many label names. */
  readonly outputs: (labels: number) => number;
  /**
   * float32 numbers per label in an `Evaluation`; `predicted`: they are predictions instead of the
   * read-out.
   */
  readonly recorded: (labels: number) => { readonly width: number; readonly predicted: boolean };
  readOut(program: Program, states: States, options: ReadOutOptions): ReadOut;
  /** The metrics over all rows. */
  measure(evaluation: Evaluation, examples: readonly TokenizedExample[], labels: readonly string[]): Metrics;
  /** One of its metrics over drawn rows. Throws an Error naming a metric that it has not. */
  drawn(
    metric: MetricName,
    evaluation: Evaluation,
    examples: readonly TokenizedExample[],
    labels: readonly string[],
  ): DrawnMetric;
  /** What the metrics are over, where their names do not say it. */
  readonly metricsNote?: string;
  /** What an evaluation says beside its metrics. */
  figures(evaluation: Evaluation, examples: readonly TokenizedExample[], labels: readonly string[]): Figures;
  /** What is true of a row, as a heading. */
  readonly truth: string;
  /** A validation row in words. */
  describe(row: EvaluatedRow): RowWords;
  /** What is said of a row. Left out where the answer is a text, which is generated. */
  say?(row: ReadRow): RowAnswer;
  /**
   * What the card of an exported adapter says of the task; `scale`: of its numbers, where it
   * predicts numbers.
   */
  card(scale: Scale | null): CardTask;
}

/** A row of an evaluation. */
export interface EvaluatedRow {
  readonly example: TokenizedExample;
  /** As in `Evaluation.outputs`. */
  readonly output: Float32Array | Float64Array;
  readonly labels: readonly string[];
  /** Text of token ids. */
  readonly decode: (ids: readonly number[]) => string;
}

/** A row that was asked about. */
export interface ReadRow {
  /**
   * The read-out, in the file's units: of the row, or of each of its tokens and perhaps of padding
   * after them.
   */
  readonly outputs: Float32Array | Float64Array;
  readonly labels: readonly string[];
  /** As it was read. */
  readonly row: Pick<EncodedRow, "labels">;
  /** The words that its labelled tokens begin, where words have tags. */
  readonly words: readonly string[];
  /**
   * Chance above which each label is given, where a row may have several; default: one half.
   */
  readonly thresholds?: readonly number[] | null;
}

/** The channels of a batch that a task reads, for so many label names. Default of `scale`: none. */
export function taskChannels(task: Task, labels: number, scale: Scale | null = null): readonly Channel[] {
  return [task.labels, ...(task.targets?.(labels, scale) ?? [])];
}

/**
 * A task whose training loss weighs labels as the batch says: by their classes, and `byRow`, by
 * what rows and tokens count for. Default: they all count the same.
 * @throws Error where it has no labels to weigh by class
 */
export function weighLabels(task: Task, given: ClassWeights = "off", byRow = false): Task {
  const { weights, labels } = task;
  if (given !== "off" && !weights) {
    throw new Error(`training.classWeights: ${task.title} has no labels to weigh; leave it "off".`);
  }
  const channels = (count: number) => {
    const own = given === "off" ? [] : [weights!(count)];
    const rows = labelWeights(labels);
    // Classes and rows may share a channel: a row then has the product.
    return byRow && own.every(({ name }) => name !== rows.name) ? [...own, rows] : own;
  };
  const weighted = new Set(channels(0).map(({ name }) => name));
  if (weighted.size === 0) return task;
  return {
    ...task,
    targets: (count, scale) => [...(task.targets?.(count, scale) ?? []), ...channels(count)],
    readOut: (program, states, options) => task.readOut(program, states, { ...options, weighted }),
  };
}

/** Mean loss of an evaluation over all labels. */
export function meanLossOf(evaluation: Evaluation, examples: readonly TokenizedExample[]): number {
  const rows = rowLosses(evaluation, examples);
  const sum = rows.reduce((total, { sum }) => total + sum, 0);
  return (
    sum /
    Math.max(
      1,
      rows.reduce((total, { labels }) => total + labels, 0),
    )
  );
}

/** Of every row the loss over its labels, and how many it has. */
export function rowLosses(
  { losses }: Evaluation,
  examples: readonly TokenizedExample[],
): { readonly sum: number; readonly labels: number }[] {
  return losses.map((row, index) => {
    let [sum, labels] = [0, 0];
    row.forEach((loss, place) => {
      if (examples[index]!.labels[place]! < 0) return;
      sum += loss;
      labels++;
    });
    return { sum, labels };
  });
}

/** @throws Error naming a metric that a task does not have. */
export function missingMetric({ title }: Pick<Task, "title">, metric: MetricName): never {
  throw new Error(`${title} has no metric "${metric}".`);
}
