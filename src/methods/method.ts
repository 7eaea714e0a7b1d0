/**
 * What a tuning method is. A method is one plain object in one folder; forms, counts, estimates and
 * exports come from it. Not for what answers without training: `answerer.ts`.
 */

import type * as z from "zod";
import type { Attachments, SubLayerKind } from "../models/family";
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
  /** Cut, or repeated from the start, to this many ids, as PEFT does; null: as many as there are. */
  readonly length: number | null;
  /** Whether words in [brackets] are marked as locked; the brackets themselves are left out. */
  readonly lockBrackets?: boolean;
}

/**
 * What an exported tensor was made of. `trained`: it was trained as it stands. `encoder`: by PEFT's own encoder, which PEFT
 * does not save. `folded`: by something PEFT does not know. What was trained instead is then written beside it.
 */
export type Origin = "trained" | "encoder" | "folded";

/** Where bottleneck modules stand, what they read and compute. */
export interface BottleneckForm {
  readonly places: readonly SubLayerKind[];
  readonly parallel: boolean;
  /** `small`: both matrices started at N(0, 0.02). `silent`: the second started at zero. */
  readonly start: "small" | "silent";
  readonly bottleneck: number;
  /** What the bottleneck was said by, if it was; ⌊hidden size / factor⌋ is the bottleneck. */
  readonly reductionFactor?: number | null;
  readonly activation: string;
  readonly scale: number;
  readonly learnedScale: boolean;
  readonly residual: boolean;
  /** How many of the lowest blocks have no module; none unless told. */
  readonly leaveOut?: number;
}

/** Low-rank matrices under the linears' names; without any, a rank-1 adapter that adds nothing carries the head. */
export interface LoraForm {
  readonly type: "LORA";
  readonly rank: number;
  readonly alpha: number;
  /** Names, or one regular expression. */
  readonly targets: readonly string[] | string;
  /** Only these blocks; null or left out: all. */
  readonly layersToTransform?: readonly number[] | null;
  /** Other ranks and alphas by pattern of the path. */
  readonly rankPattern?: Readonly<Record<string, number>>;
  readonly alphaPattern?: Readonly<Record<string, number>>;
  readonly dropout?: number;
  readonly rankStabilised: boolean;
  /** Whether the updated weights are brought to trained magnitudes (DoRA). */
  readonly dora?: boolean;
  /** Whether what was trained are the model's biases; PEFT loads them beside a rank-1 adapter that adds nothing. */
  readonly biases?: boolean;
}

/** AdaLoRA's triplets; pruned ones are left out. */
export interface AdaloraForm {
  readonly type: "ADALORA";
  readonly alpha: number;
  readonly targets: readonly string[] | string;
  readonly dropout: number;
  readonly initialRank: number;
  readonly targetRank: number;
  readonly tinit: number;
  readonly tfinal: number;
  readonly deltaT: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly orthogonality: number;
  readonly steps: number;
  /** Which triplets of a module are kept, by the path of its E; null before any were pruned. */
  readonly rankPattern: Readonly<Record<string, readonly boolean[]>> | null;
}

/** VeRA's vectors, and the random matrices that all modules share. */
export interface VeraForm {
  readonly type: "VERA";
  readonly rank: number;
  readonly targets: readonly string[] | string;
  readonly layersToTransform?: readonly number[] | null;
  readonly dropout: number;
  readonly initialD: number;
  readonly projectionKey: number;
  readonly saveProjection: boolean;
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
  readonly controls: ReadonlyMap<string, Float32Array>;
  /** The dial's, where the method has one. */
  readonly setting: number;
  readonly steps: number;
  readonly model: ModelFacts;
  /** One of the method's `conversions`; null: as the method is written. */
  readonly conversion: string | null;
}

/** How a trained run is written as a folder that PEFT, or for bottleneck modules AdapterHub, loads. */
export type ExportForm =
  | LoraForm
  | AdaloraForm
  | VeraForm
  /** Factors on the outputs of the targets, and on the inputs of those in `feedForward`. */
  | { readonly type: "IA3"; readonly targets: readonly string[]; readonly feedForward: readonly string[] }
  /** Norms with trained gains and shifts. */
  | { readonly type: "LN_TUNING"; readonly targets: readonly string[] }
  /** Bottleneck modules around sub-layers: in AdapterHub's layout, since PEFT has none. */
  | ({ readonly type: "BOTTLENECK" } & BottleneckForm)
  /** Keys (after rotary) and values of the virtual tokens. `projection`: the encoder's hidden size. */
  | {
      readonly type: "PREFIX_TUNING";
      readonly origin: Origin;
      readonly startsAtZero?: boolean;
      readonly projection?: number;
    }
  /** Embeddings of the virtual tokens, and what they started from: a text, words of the vocabulary, or chance. */
  | {
      readonly type: "PROMPT_TUNING";
      readonly origin: Origin;
      readonly text?: string;
      readonly startsFromVocabulary?: boolean;
    }
  /** Embeddings of the virtual tokens, made by an encoder of this hidden size. */
  | {
      readonly type: "P_TUNING";
      readonly origin: "encoder";
      readonly hidden: number;
      readonly encoder: "MLP" | "LSTM";
      readonly layers: number;
    }
  /** As prompt tuning, with the examples' tokens beside the embeddings; PEFT has it for language models alone. */
  | { readonly type: "CPT"; readonly origin: "folded"; readonly epsilon: number; readonly decay: number }
  /** The trained tensors as they are: PEFT has nothing that would compute the same. */
  /** `dense`: they are the base model's own tensors, trained in place. */
  | { readonly type: "STUDIO"; readonly why: string; readonly dense?: boolean };

/** A method that gives the same logits before any training, from the same seed. */
export interface Equality {
  /** In plain words, and what of it holds beyond the start. */
  readonly statement: string;
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Of one kind of modules in one block: paths of all, and of those that are trained in each round. */
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
  /** The options' schema for a model; every property has `title`, `description` and a default. */
  options(model: ModelFacts): z.ZodType<Options>;
  /** The text that has to be tokenised; null where there is none. Default: none. */
  text(options: Options): string | null;
  /**
   * Declares the trainables in the Program and says what they do at the model's sites. Called once
   * per Program.
   */
  attach(program: Program, options: Options, context: MethodContext): Attachments;
  exportForm(options: Options, model: ModelFacts): ExportForm;
}

/** What trains: tensors at the model's sites, and a head beside them. */
export interface Method<Options = unknown> extends Approach<Options> {
  readonly trains: true;
  /** Peak learning rate of papers and PEFT, for models of a hidden size of 2048 and more (`learning-rate.ts`). */
  readonly learningRate: number;
  /** Factor on the run's learning rate for the head. Default: 1. */
  headLearningRateScale?(options: Options): number;
  /** Default decoupled weight decay of the adapter's tensors (a head's is 0.01). */
  readonly weightDecay: number;
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
  /** What it does in the training loop beside its gradients; `program` is one that `attach` has written to. */
  readonly controller?: ControllerOf<Options>;
  /** Which of the model's modules are trained, where the method draws them. */
  chosen?(options: Options, model: ModelFacts): readonly ChosenModules[];
  /** Form and tensors of a trained run where they are not what was trained: pruned, cut or converted. */
  exported?(
    options: Options,
    state: TrainedState,
  ): { readonly form: ExportForm; readonly tensors: readonly StoredTensor[] };
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
