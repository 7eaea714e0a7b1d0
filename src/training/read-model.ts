/**
 * What a model folder says of itself before any weight is read: family, sizes and where each needed tensor lies. Loading
 * and the estimate before it both go by this. Not for the values (`base-model.ts`).
 */

import { readConfig } from "../hub/config";
import { checkFileNames, checkKind } from "../hub/refusals";
import type { SafetensorsEntry } from "../hub/safetensors";
import type { ModelFolder } from "../hub/types";
import { openWeights, type Weights } from "../hub/weights";
import type { Family, ModelConfig } from "../models/family";
import { families, familyOf } from "../models/registry";
import { Program } from "../program/program";
import type { Precision, Tensor } from "../program/tensor";
import { choosePrecision, type PrecisionChoice } from "./precision";

export interface ReadModel {
  readonly family: Family;
  readonly config: ModelConfig;
  readonly weights: Weights;
  /** Of the frozen matrices in GPU memory. */
  readonly precision: Precision;
  /** Every tensor that the model's Programs read, and where it lies. */
  readonly needed: readonly { readonly tensor: Tensor; readonly entry: SafetensorsEntry }[];
}

/**
 * Reads config.json and the weight files' headers.
 * @throws Error naming the file, key or tensor for which the folder cannot be opened, and what to do.
 */
export async function readModel(folder: ModelFolder, wanted: PrecisionChoice = "auto"): Promise<ReadModel> {
  if (folder.files) checkFileNames(folder.files, folder.name);
  const json = await readConfig(folder);
  const known = families.flatMap(({ modelTypes }) => modelTypes);
  checkKind(json, known, folder.name);
  const family = familyOf(json);
  const config = family.readConfig(json);
  const weights = await openWeights(folder);
  const entryOf = ({ name, shape }: Tensor) => weights.get(name, shape);
  const precision = choosePrecision(wanted, weightSpecs(family, config).map(entryOf));
  const needed = weightSpecs(family, config, precision).map((tensor) => ({ tensor, entry: entryOf(tensor) }));
  weights.checkUnused(new Set(needed.map(({ entry }) => entry)));
  return { family, config, weights, precision, needed };
}

/** Names and shapes of the weights that a model's Programs read. */
export function weightSpecs(family: Family, config: ModelConfig, precision?: Precision): Tensor[] {
  const program = new Program(precision);
  const ids = program.input("input_ids", [1], "int32");
  family.build(program, config, ids, { size: 1, tokens: 1 }, {});
  return program.operations.flatMap(({ inputs }) => inputs.filter(({ role }) => role === "weight")).filter(unique);
}

function unique<Item>(item: Item, index: number, items: readonly Item[]): boolean {
  return items.indexOf(item) === index;
}
