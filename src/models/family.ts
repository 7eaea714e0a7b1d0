/** What a model family provides, and where a tuning method may attach to it. */

import type { Channel } from "../data/channels";
import type { AttentionSite } from "../operations/attention";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** The sizes every family has, under the field's names; a family adds its own. */
export interface ModelConfig {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly vocabulary: number;
  /** Positions the model was trained for. */
  readonly contextLength: number;
  /**
   * How often transformers repeats a key/value head before it caches it, and so in PEFT's prefixes;
   * once if left out.
   */
  readonly cachedRepeats?: number;
  /** The language model's logits are cap · tanh(logit / cap); classifiers have none of it. */
  readonly logitCap?: number;
}

/**
 * Keys and values of virtual tokens for one layer, as attention reads them: [virtualTokens,
 * keyValueHeads · headSize].
 */
export interface KeyValuePrefix {
  readonly keys: Tensor;
  readonly values: Tensor;
  /** Rate of dropout on both, drawn for every row of a batch; default: 0. */
  readonly dropout?: number;
}

/** What a linear computes with: [out, in] or [in, out], and [out]. */
export interface LinearSite {
  readonly weight: Tensor;
  readonly bias?: Tensor;
  readonly layout: "out-in" | "in-out";
}

export type SubLayerKind = "attention" | "mlp";

/** Around a sub-layer, each [rows, hiddenSize]. */
export interface SubLayer {
  /** What the sub-layer reads: the residual stream after the norm. */
  readonly input: Tensor;
  /** What it gives, before it is added to the residual stream. */
  readonly output: Tensor;
  /** The residual stream before the norm. */
  readonly residual: Tensor;
}

/**
 * A word of the prompt that is learned as well: what the state at `column` of it predicts, and what
 * its loss counts.
 */
export interface PromptLabel {
  readonly column: number;
  readonly id: number;
  readonly weight: number;
}

/** What is added to the logits over the vocabulary before any cap: scale · up · (down · state). */
export interface HeadUpdate {
  /** [rank, hiddenSize] and [vocabulary, rank]. */
  readonly down: Tensor;
  readonly up: Tensor;
  readonly scale: number;
}

/** What a method supplies at the sites of a model. Everything left out is left as it is. */
export interface Attachments {
  /**
   * Input site: virtual tokens [virtualTokens, hiddenSize] before the input's embeddings, before
   * positions are added.
   */
  readonly prompt?: Tensor;
  /**
   * Words of the prompt that a language model learns beside the response; other tasks leave them.
   */
  readonly promptLabels?: readonly PromptLabel[];
  /**
   * Input site: virtual tokens [virtualTokens, hiddenSize] after the last real token of every row.
   */
  readonly suffix?: Tensor;
  /** Where these are plain words, their ids [virtualTokens]. */
  readonly suffixIds?: readonly number[];
  /**
   * Input site: what enters instead of the input's word embeddings [size · tokens, hiddenSize] of
   * `ids`, padding included.
   */
  readonly words?: (words: Tensor, batch: Batch, ids: Tensor) => Tensor;
  /**
   * Site of the head over the vocabulary, where a task reads it; `required`: the method was told to
   * by name.
   */
  readonly languageHead?: { readonly required: boolean; readonly update: () => HeadUpdate };
  /**
   * Key/value site: virtual tokens that every query sees, none in some layers; the input's
   * positions start after them.
   */
  readonly prefix?: {
    readonly virtualTokens: number;
    readonly layer: (layer: number) => KeyValuePrefix | undefined;
    /**
     * Queries attend to the prefix by itself, and this many times of what they find is added to the
     * attention. Default: the prefix joins the softmax over the input.
     */
    readonly added?: number;
  };
  /** Linear site: returns what `path` reads instead of `x`. */
  readonly linearInput?: (path: string, x: Tensor) => Tensor;
  /** Linear site: `y` is `path`'s output for `x`; returns what to use instead. */
  readonly linear?: (path: string, x: Tensor, y: Tensor, site: LinearSite) => Tensor;
  /** Block site: returns what is added to the residual stream instead of a sub-layer's output. */
  readonly subLayer?: (path: string, kind: SubLayerKind, site: SubLayer) => Tensor;
  /**
   * Base-tensor site, for every norm and every linear of the blocks and for the last norm: what
   * stands for a frozen tensor; undefined leaves it frozen.
   */
  readonly weight?: (name: string, shape: readonly number[]) => Tensor | undefined;
  /** The same for all of the model's tensors, tables of embeddings included. */
  readonly everyWeight?: (name: string, shape: readonly number[]) => Tensor | undefined;
}

export interface Batch {
  readonly size: number;
  /** Padded length of the input, without virtual tokens. */
  readonly tokens: number;
  /**
   * [size] int32, real tokens of each sequence: what hides padding where tokens see what follows.
   * Without it all are real.
   */
  readonly lengths?: Tensor;
  /**
   * The channels of the family's `inputs` that the batch has, by name, without virtual tokens:
   * [size · own tokens · width].
   */
  readonly inputs?: Readonly<Record<string, Tensor>>;
  /**
   * How many of `tokens` are virtual ones that come directly after each row's own; `lengths`
   * leaves them out.
   */
  readonly suffix?: number;
}

/**
 * The state that the head reads of a sequence: of the last real token; the mean over the real ones;
 * the first, which after a prompt is virtual (`first`, as PEFT reads it) or the input's own
 * (`cls`).
 */
export const poolings = ["last", "mean", "first", "cls"] as const;
export type Pooling = (typeof poolings)[number];

/**
 * Means that only a method asks for: over the prompt's virtual tokens too; over every position,
 * padding and the prompt's virtual tokens included.
 */
export const widerMeans = ["prompted mean", "unmasked mean"] as const;

/** What the head of one run reads. */
export type RunPooling = Pooling | (typeof widerMeans)[number];

/** Whether the head reads a mean: models that are read by one can be read by all of them. */
export function isMean(pooling: RunPooling): boolean {
  return pooling === "mean" || widerMeans.some((mean) => mean === pooling);
}

/** What an encoder's own classifier is written with. */
export interface ClassifierSite {
  /** [size, hiddenSize]: the first token's state. */
  readonly state: Tensor;
  readonly classes: number;
  readonly attachments: Attachments;
  /** Of what is trained. */
  readonly learningRateScale: number;
}

export interface BuiltModel {
  /** After the last norm: [size · (virtualTokens + tokens), hiddenSize]. */
  readonly hidden: Tensor;
  /** Virtual tokens before the words of every sequence of `hidden`; those of a prefix are none. */
  readonly virtualTokens: number;
  /** Per layer, of the rows in `hidden`: keys before rotary (after any key norm) and values. */
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
  /** s_0 (word embeddings, before positions) … s_layers: the residual stream between blocks. */
  readonly states: readonly Tensor[];
  /** Per layer, what `attentionProbabilities` can be asked of. */
  readonly attentions: readonly LayerAttention[];
}

/** A layer's attention; its keys are the prefix's, a prompt's, and then those of the words. */
export interface LayerAttention {
  readonly own: AttentionSite;
  /** Keys of the prefix that stand before those of `hidden`'s rows in `own`. */
  readonly prefixed: number;
  /** Attention to the prefix by itself, where it is added to the own. */
  readonly added?: AttentionSite;
}

export interface Family<Config extends ModelConfig = ModelConfig> {
  readonly id: string;
  readonly title: string;
  /** Published models that it reads, for the table in docs/models.md. */
  readonly covers: string;
  /** The `model_type`s of config.json that this family reads. */
  readonly modelTypes: readonly string[];
  /**
   * What its classes with a head put before tensor names, the longest first; files saved from the
   * base class lack it.
   */
  readonly prefixes: readonly string[];
  /** Throws an Error naming the key and the value it cannot use. */
  readConfig(json: unknown): Config;
  /**
   * Writes the model into the Program. `input`: ids [size · tokens] int32, or word embeddings [size
   * · tokens, hiddenSize]. A Program may hold several: their weights are the same tensors.
   */
  build(program: Program, config: Config, input: Tensor, batch: Batch, attachments: Attachments): BuiltModel;
  /**
   * Channels of a batch that the model reads where rows have them, such as which text of a pair a
   * token is of.
   */
  inputs?(config: Config): readonly Channel[];
  /**
   * Whether every token sees every other (encoders): such a model does not predict the next token.
   */
  readonly bidirectional: boolean;
  /** How a sequence may be read out, the usual way first. */
  readonly poolings: readonly [Pooling, ...Pooling[]];
  /**
   * The logits [size, classes] of Hugging Face's classifier of this family on the first token, with
   * what PEFT trains of it under its names; without it a bias-free `score`.
   */
  classify?(program: Program, config: Config, site: ClassifierSite): Tensor;
  /**
   * What Hugging Face's token classifier of this family reads every token with: a linear with a
   * bias under this name, or `classify`. Default: `score`.
   */
  readonly tokenHead?: "score" | "classifier" | "classify";
  /** Of its `model_type`s those that transformers has no token classifier of. */
  readonly withoutTokenClass?: readonly string[];
  /** What `embed` multiplies the table's rows by; default: 1. */
  wordScale?(config: Config): number;
  /** Word embeddings [rows, hiddenSize] of ids. */
  embed(program: Program, config: Config, name: string, ids: Tensor): Tensor;
  /**
   * The keys of a layer's prefix at positions 0…: turned by rotary where the family has it.
   * `keys` [virtualTokens, keyValueHeads · headSize].
   */
  position(program: Program, config: Config, name: string, keys: Tensor, layer: number): Tensor;
  /** Last parts of the paths of a block's linears: what a `targets` option may name. */
  linearNames(config: Config): readonly string[];
  /** Last parts of the paths of all norms, the one after the last block included. */
  normNames(config: Config): readonly string[];
  /** The default LoRA targets of PEFT. */
  readonly loraTargets: readonly string[];
  /**
   * (IA)³'s linears as PEFT names them; of those in `feedForward` the input is scaled, of the
   * others the output.
   */
  readonly ia3Targets: { readonly targets: readonly string[]; readonly feedForward: readonly string[] };
  /**
   * Whether transformers' class takes keys and values from outside; without that PEFT cannot load a
   * prefix. Default: true.
   */
  readonly takesPast?: boolean;
  /**
   * What `from_pretrained` must be told for Hugging Face's classifier to read as `classify` does,
   * as Python.
   */
  readonly classifierArgument?: string;
  /** Whether linear weights are stored [in, out] (Conv1D): PEFT's `fan_in_fan_out`. */
  readonly fanInFanOut: boolean;
  /** What gives the logits of the next token from the last states; encoders have none. */
  readonly languageHead?: {
    /**
     * Whether the matrix is the word embeddings where config.json does not say
     * `tie_word_embeddings`.
     */
    readonly tied: boolean;
    readonly bias?: boolean;
  };
}
