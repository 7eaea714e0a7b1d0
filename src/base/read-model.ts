/**
 * What a model folder says of itself before any weight is read: family, sizes and where each needed
 * tensor lies. Loading and the estimate before it both go by this. Not for the values
 * (`base-model.ts`).
 */

import { readConfig } from "../hub/config";
import { checkFileNames, checkKind } from "../hub/refusals";
import type { SafetensorsEntry } from "../hub/safetensors";
import type { ModelFolder } from "../hub/types";
import { openWeights, type Weights } from "../hub/weights";
import type { LanguageHeadKind, WeightStorage } from "../methods/model-facts";
import type { Family, ModelConfig, Pooling } from "../models/family";
import { families, familyOf } from "../models/registry";
import { Program } from "../program/program";
import { type Precision, type Tensor, tensorBytes } from "../program/tensor";
import { HEAD_BIAS, HEAD_WEIGHT, languageHeadSpecs } from "./language-head";
import { choosePrecision, type PrecisionChoice } from "./precision";

export interface ReadModel {
  /** config.json as it is. */
  readonly json: Record<string, unknown>;
  readonly family: Family;
  readonly config: ModelConfig;
  readonly weights: Weights;
  /** Of the frozen matrices in the executor's memory. */
  readonly precision: Precision;
  /** How sequences may be read out, the usual way first. */
  readonly poolings: readonly Pooling[];
  /** Every tensor that the model's Programs read, and where it lies. */
  readonly needed: readonly { readonly tensor: Tensor; readonly entry: SafetensorsEntry }[];
  /** What predicts the next token, and what of it only language modelling reads. */
  readonly languageHead: {
    readonly kind: LanguageHeadKind;
    readonly needed: readonly { readonly tensor: Tensor; readonly entry: SafetensorsEntry }[];
  };
}

/**
 * Reads config.json and the weight files' headers. `largestBuffer`: bytes that one buffer may have;
 * matrices that need more are kept in parts. `capacity`: bytes that all of them may take together.
 * @throws Error naming the file, key or tensor for which the folder cannot be opened, and what to
 * do.
 */
export async function readModel(
  folder: ModelFolder,
  wanted: PrecisionChoice = "auto",
  largestBuffer?: number,
  capacity = Number.POSITIVE_INFINITY,
): Promise<ReadModel> {
  if (folder.files) checkFileNames(folder.files, folder.name);
  const json = await readConfig(folder);
  const known = families.flatMap(({ modelTypes }) => modelTypes);
  checkKind(json, known, folder.name);
  const family = familyOf(json);
  const config = family.readConfig(json);
  const weights = await openWeights(folder, family.prefixes);
  const entryOf = ({ name, shape }: Tensor) => weights.get(name, shape);
  const precision = choosePrecision(wanted, weightSpecs(family, config).map(entryOf));
  const frozenHead = headSpecs(family, config);
  // A checkpoint saved without them can still be read out in other ways.
  const poolings = frozenHead.every(({ name }) => weights.find(name)) ? family.poolings : withoutHead(family);
  const withEntry = (tensor: Tensor) => ({ tensor, entry: entryOf(tensor) });
  const storage = { precision, largestBuffer };
  const needed = loadedSpecs({ family, config, poolings, ...storage }).map(withEntry);
  checkCapacity(needed, capacity, folder.name);
  weights.checkUnused(new Set(needed.map(({ entry }) => entry)));
  const kind = languageHeadKind(family, json, (name) => weights.find(name) !== null);
  const languageHead = { kind, needed: languageHeadSpecs(family, config, kind, storage).map(withEntry) };
  return { json, family, config, weights, precision, poolings, needed, languageHead };
}

/** As transformers ties: by config.json, or else as the family's class does. */
function languageHeadKind(
  family: Family,
  json: Record<string, unknown>,
  has: (name: string) => boolean,
): LanguageHeadKind {
  const head = family.languageHead;
  if (!head || (head.bias && !has(HEAD_BIAS))) return "missing";
  const tied = typeof json.tie_word_embeddings === "boolean" ? json.tie_word_embeddings : head.tied;
  if (tied) return "words";
  return has(HEAD_WEIGHT) ? "own" : "missing";
}

const withoutHead = (family: Family) => family.poolings.filter((pooling) => pooling !== "first" && pooling !== "cls");

/**
 * Names and shapes of the weights that a model's Programs read, the frozen part of its classifier
 * left out.
 */
export function weightSpecs(
  family: Family,
  config: ModelConfig,
  { precision, largestBuffer }: WeightStorage = {},
): Tensor[] {
  const program = new Program(precision, largestBuffer);
  const ids = program.input("input_ids", [1], "int32");
  family.build(program, config, ids, { size: 1, tokens: 1 }, {});
  return weightsOf(program);
}

/** Names and shapes of the frozen part of a family's classifier: few have one. */
function headSpecs(family: Family, config: ModelConfig, { precision, largestBuffer }: WeightStorage = {}): Tensor[] {
  const program = new Program(precision, largestBuffer);
  const state = program.input("state", [1, config.hiddenSize], "float32");
  family.classify?.(program, config, { state, classes: 2, attachments: {}, learningRateScale: 1 });
  return weightsOf(program);
}

/** Names and shapes of all weights that a model with these read-outs keeps. */
export function loadedSpecs(model: Pick<ReadModel, "family" | "config" | "poolings"> & WeightStorage): Tensor[] {
  const { family, config, poolings } = model;
  const head = poolings.length === withoutHead(family).length ? [] : headSpecs(family, config, model);
  return [...weightSpecs(family, config, model), ...head];
}

function weightsOf(program: Program): Tensor[] {
  return program.operations.flatMap(({ inputs }) => inputs.filter(({ role }) => role === "weight")).filter(unique);
}

function unique<Item>(item: Item, index: number, items: readonly Item[]): boolean {
  return items.indexOf(item) === index;
}

/**
 * Throws an Error with both numbers if the weights alone are more than the executor's memory holds.
 */
function checkCapacity(needed: readonly { readonly tensor: Tensor }[], capacity: number, name: string): void {
  const bytes = needed.reduce((sum, { tensor }) => sum + tensorBytes(tensor), 0);
  if (bytes <= capacity) return;
  throw new Error(
    `${name}: its weights need ${bytes} bytes of memory, but the processor can reach ${capacity} (WebAssembly's limit). ` +
      "Choose a smaller model, or use a graphics card.",
  );
}
