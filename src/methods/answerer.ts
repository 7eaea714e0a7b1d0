/**
 * What an answerer is: a row of a comparison that trains nothing, and answers with the frozen
 * model's own words, from the training rows, or from texts without asking the model. It stands
 * beside methods (`method.ts`) as what they have to beat, and has no head, learning rate or weight
 * decay.
 */

import type { Answer } from "../data/types";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import type { Approach, MethodContext } from "./method";

export interface Answerer<Options = unknown> extends Approach<Options> {
  readonly trains: false;
  readonly answers: FromWords<Options> | FromRows<Options> | FromTexts<Options>;
}

/**
 * What `logits` adds for each label [classes], where there are empty texts: − ln of its mean chance
 * there.
 */
export const LABEL_PRIOR = "label prior";

/** Answers by way of the model's own head over its vocabulary. */
export interface FromWords<Options> {
  readonly from: "words";
  /**
   * Texts that say nothing, whose mean chances `logits` takes away again: what the model says of
   * them it says of any text. Default, and where there are none: nothing is taken away.
   */
  emptyTexts?(options: Options): readonly string[];
  /** What a person should know of the words. Default: nothing. */
  notices?(options: Options, context: MethodContext): readonly string[];
  /** Logits [size, classes] of the last tokens' states [size, hiddenSize]. */
  logits(program: Program, options: Options, context: MethodContext, state: Tensor, head: FrozenHead): Tensor;
}

/** Logits over the vocabulary are states · weightᵀ + bias, bent under the cap. */
export interface FrozenHead {
  /** [vocabulary, hiddenSize] */
  readonly weight: Tensor;
  /** [vocabulary] */
  readonly bias?: Tensor | undefined;
  readonly cap?: number | undefined;
}

/** How a fit, which may take seconds, tells of itself and shares its thread. */
export interface FitWork {
  /** Called with what a person should know of the answers. */
  readonly notice?: (message: string) => void;
  /**
   * Awaited between pieces of work, so that the thread hears of other things; false: somebody has
   * asked for an end, and what is found so far is taken.
   */
  readonly goOn?: () => Promise<boolean>;
}

/** The training rows as the frozen model reads them. */
export interface TrainingRows {
  /** [rows, width]: what a head would read of each. */
  readonly states: Float32Array;
  readonly width: number;
  /** Class of each. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** What each counts for; default: all the same. */
  readonly weights?: Float32Array | undefined;
}

/** Answers by way of the training rows. */
export interface FromRows<Options> {
  readonly from: "rows";
  /**
   * Logits [size, classes] of what a head would read [size, width], by way of the leaves that
   * `tables` fills.
   */
  logits(
    program: Program,
    options: Options,
    state: Tensor,
    rows: { readonly count: number; readonly classes: number },
  ): Tensor;
  /** Values of those leaves by name. Throws an Error where there is nothing to be learned. */
  tables(options: Options, rows: TrainingRows, work?: FitWork): Promise<ReadonlyMap<string, Float32Array>>;
  /**
   * How many of those values are fitted to the rows' labels, as a head's parameters are trained.
   */
  parameters(size: { readonly width: number; readonly classes: number }): number;
}

/** The training rows as they stand in the file. */
export interface TextRows {
  readonly texts: readonly string[];
  readonly answer: TextAnswer;
  /** Numbers that are answered for each: one for each label name, or one. */
  readonly outputs: number;
  /** Class of each, where one label is answered. */
  readonly labels: Int32Array;
  /** What each counts for, where one label is answered; default: all the same. */
  readonly weights?: Float32Array | undefined;
  /** Of each of several labels what rows that have it count for; default: all the same. */
  readonly positiveWeights?: Float32Array | undefined;
  /** Else [rows, outputs]: 1 for every label that a row has, or numbers as a head learns them. */
  readonly values: Float32Array;
}

/** What can be answered for a text without a model. */
export type TextAnswer = Extract<Answer, "label" | "labels" | "number">;

/** Logits, or scaled numbers, [texts, outputs] of texts. */
export type TextReader = (texts: readonly string[]) => Float32Array;

/** Answers from the texts alone, on the host: the model is never asked. */
export interface FromTexts<Options> {
  readonly from: "texts";
  /** Whether it says the same of every text, whatever that is; default: it does not. */
  readonly same?: true;
  /**
   * Fits to the training rows; resolves to what is answered for a text. Rejects with an Error where
   * there is nothing to be learned.
   */
  fit(options: Options, rows: TextRows, work?: FitWork): Promise<TextReader>;
  /** The most numbers that are fitted, which is known only afterwards; default: none are. */
  mostParameters?(options: Options, outputs: number): number;
}

/** A method, which answers by its trained head, or an answerer. */
type Either = { readonly trains: true } | Answerer;

/** How it answers by way of the model's own head over its vocabulary; null where it does not. */
export const wordAnswers = (approach: Either): FromWords<unknown> | null =>
  !approach.trains && approach.answers.from === "words" ? approach.answers : null;

/** Whether answers come by way of the model's own head over its vocabulary. */
export const readsWords = (approach: Either): boolean => wordAnswers(approach) !== null;

/** How it answers from the training rows; null where it does not. */
export const rowAnswers = (approach: Either): FromRows<unknown> | null =>
  !approach.trains && approach.answers.from === "rows" ? approach.answers : null;

/** How it answers from texts; null where it does not. */
export const textAnswers = (approach: Either): FromTexts<unknown> | null =>
  !approach.trains && approach.answers.from === "texts" ? approach.answers : null;

const defined = new WeakSet<object>();

/** Members that an answerer without words of its own leaves at their defaults. */
type Defaulted = "text" | "attach";

/**
 * Keeps an answerer's option type inside its folder, and makes the answerer one of the registry's.
 */
export function defineAnswerer<Options>(
  given: Omit<Answerer<Options>, "trains" | Defaulted> & Partial<Pick<Answerer<Options>, Defaulted>>,
): Answerer {
  const answerer: Answerer<Options> = { trains: false, text: () => null, attach: () => ({}), ...given };
  defined.add(answerer);
  return answerer as Answerer;
}

/** Whether a value is what `defineAnswerer` returned. */
export function isAnswerer(value: unknown): value is Answerer {
  return typeof value === "object" && value !== null && defined.has(value);
}
