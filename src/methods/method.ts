/**
 * What a tuning method is. A method is one plain object in one folder; forms, counts, estimates and
 * exports come from it. Not for what answers without training: `answerer.ts`.
 */

import type * as z from "zod";
import type { FormSettings } from "../adapters/forms/registry";
import type { Attachments, RunPooling } from "../models/family";
import type { Program } from "../program/program";
import type { ControllerOf } from "./controller";
import type { ModelFacts } from "./model-facts";

export type { LanguageHeadKind, ModelFacts } from "./model-facts";

/** What a method may use when it attaches to a Program. */
export interface MethodContext extends ModelFacts {
  /** Token ids of the method's text, special tokens included; empty where it has none. */
  readonly textIds: readonly number[];
  /** For each of them, whether it stood in brackets (see `TextForm.lockBrackets`). */
  readonly lockedIds?: readonly boolean[];
  /** Names of the classes, in the order of their ids; none where the task has none. */
  readonly labels?: readonly string[];
  /** Token ids of any text, without special tokens. */
  readonly encode?: (text: string) => readonly number[];
  /** Ids drawn uniformly from the vocabulary; the same for the same seed and count. */
  readonly randomIds: (count: number) => readonly number[];
}

/** What stands in for a method's text, token for token, to see what its meaning contributes. */
export type TextControl = "none" | "random-tokens" | "irrelevant-text";

/** What becomes of the text's ids before the method sees them. */
export interface TextForm {
  readonly control: TextControl;
  /**
   * Cut, or repeated from the start, to this many ids, as PEFT does; null: as many as there are.
   */
  readonly length: number | null;
  /** Whether words in [brackets] are marked as locked; the brackets themselves are left out. */
  readonly lockBrackets?: boolean;
}

/** A training row as words. */
export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

/** A tensor as it is written, row-major, by its name in the model. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a run holds when it is exported. */
export interface TrainedState {
  /** The adapter's, without the head. */
  readonly tensors: readonly StoredTensor[];
  /** What the controller keeps, by name. */
  readonly controllerStates: ReadonlyMap<string, Float32Array>;
  /** The dial's, where the method has one. */
  readonly setting: number;
  readonly steps: number;
  readonly model: ModelFacts;
  /** One of the method's `conversions`; null: as the method is written. */
  readonly conversion: string | null;
}

/** A method that gives the same logits before any training, from the same seed. */
export interface Equality {
  /** In plain words, and what of it holds beyond the start. */
  readonly statement: string;
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Of one kind of modules in one block: paths of all, and of those that are trained in each round.
 */
export interface ChosenModules {
  readonly block: number;
  readonly category: string;
  readonly modules: readonly string[];
  readonly rounds: readonly (readonly string[])[];
}

export interface MethodCard {
  readonly trains: string;
  readonly attaches: string;
  readonly costs: string;
  readonly fails: string;
  /** What the method, or each of its presets, is mathematically the same as. */
  readonly equals?: string;
  readonly paper: { readonly title: string; readonly url: string } | null;
}

/**
 * What a method and an answerer (`answerer.ts`) have alike: how a run of it is chosen, set up,
 * described and saved.
 */
export interface Approach<Options = unknown> {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly group: "semantic knowledge" | "soft prompt" | "weight delta" | "module" | "control";
  readonly site: "head" | "input" | "key/value" | "linear" | "norm" | "block";
  readonly card: MethodCard;
  /**
   * The options that most people set, three at most: the page folds all others away. Default: the
   * first three.
   */
  readonly mainOptions?: readonly string[];
  /** The options' schema for a model; every property has `title`, `description` and a default. */
  options(model: ModelFacts): z.ZodType<Options>;
  /**
   * The text that has to be tokenised; null where there is none. `labels`: names of the classes;
   * default: the task has none. Default: none.
   */
  text(options: Options, labels?: readonly string[]): string | null;
  /**
   * What the options become once the training rows are known, where some of these are shown to the
   * model; `rows` writes all of them, `draw` gives numbers in [0, 1) by the run's seed. Default:
   * they stay as they are.
   * @throws Error where the rows are too few.
   */
  withRows?(
    options: Options,
    rows: () => readonly LabelledText[],
    labels: readonly string[],
    draw: () => number,
  ): Options;
  /**
   * Declares the trainables in the Program and says what they do at the model's sites. Called once
   * per Program.
   */
  attach(program: Program, options: Options, context: MethodContext): Attachments;
  /** The folder that a run is written as, of the forms in `adapters/forms`. */
  exportForm(options: Options, model: ModelFacts): FormSettings;
}

/** What trains: tensors at the model's sites, and a head beside them. */
export interface Method<Options = unknown> extends Approach<Options> {
  readonly trains: true;
  /**
   * Peak learning rate of the adapter, of papers and PEFT, for models of a hidden size of 2048 and
   * more (`learning-rate.ts`).
   */
  readonly learningRate: number;
  /**
   * What the head reads of a model that can be read so, whatever the comparison's runs read.
   * Default, and for null: the comparison's.
   */
  pooling?(options: Options): RunPooling | null;
  /**
   * Rate of the dropout on every state before a trained head, drawn for every row. Default: 0.
   */
  headDropout?(options: Options): number;
  /** Whether nothing but the head is trained: such a run learns at the head's rate. Default: no. */
  readonly headOnly?: boolean;
  /**
   * Factor on the run's learning rate for the head, where that is what the method is about.
   * Default: as the training says.
   */
  headLearningRateScale?(options: Options): number;
  /** What becomes of the text's ids; without it they stay as the tokenizer gives them. */
  textForm?(options: Options): TextForm;
  /**
   * Whether the text's keys, values and states of the frozen model are needed as constants (see
   * `semantic.ts`). Default: no.
   */
  readonly semantic: boolean | ((options: Options) => boolean);
  /** How many blocks of the frozen model that pass runs. Default, and for null: all of them. */
  semanticBlocks?(options: Options): number | null;
  /**
   * What the method computes exactly, with these options, before any training. Default: nothing.
   */
  equalities?(options: Options, model: ModelFacts): readonly Equality[];
  /**
   * What it does in the training loop beside its gradients; `program` is one that `attach` has
   * written to.
   */
  readonly controller?: ControllerOf<Options>;
  /** Which of the model's modules are trained, where the method draws them. */
  chosen?(options: Options, model: ModelFacts): readonly ChosenModules[];
  /**
   * Whether `exported` changes what was trained where no conversion is asked for; default: it does.
   */
  changedByExport?(options: Options): boolean;
  /**
   * Form and tensors of a trained run where they are not what was trained: pruned, cut or
   * converted.
   */
  exported?(
    options: Options,
    state: TrainedState,
  ): { readonly form: FormSettings; readonly tensors: readonly StoredTensor[] };
  /** Other forms a trained run can be written in, exactly the same function of its input. */
  readonly conversions?: readonly { readonly id: string; readonly title: string }[];
}

/** Whether a method with these options needs the frozen pass over its text. */
export function needsSemanticPass<Options>({ semantic }: Method<Options>, options: Options): boolean {
  return typeof semantic === "function" ? semantic(options) : semantic;
}

const defined = new WeakSet<object>();

/** Members that most methods leave at their defaults. */
type Defaulted = "text" | "semantic";

/** Keeps a method's option type inside its folder, and makes the method one of the registry's. */
export function defineMethod<Options>(
  given: Omit<Method<Options>, "trains" | Defaulted> & Partial<Pick<Method<Options>, Defaulted>>,
): Method {
  const method: Method<Options> = { trains: true, text: () => null, semantic: false, ...given };
  defined.add(method);
  return method as Method;
}

/** Whether a value is what `defineMethod` returned. */
export function isMethod(value: unknown): value is Method {
  return typeof value === "object" && value !== null && defined.has(value);
}
