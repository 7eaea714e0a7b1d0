/** Euclidean norms of word embeddings, which virtual tokens are measured against. */

import { norm } from "../data/norm";
import type { Executor } from "../executors/executor";
import { Program } from "../program/program";
import type { BaseModel } from "./base-model";
import { computeValues } from "./once";

const WORDS = 64;

/**
 * Mean Euclidean norm of the embeddings of words spread evenly over the vocabulary, as they enter
 * the first block.
 */
export async function meanWordNorm(executor: Executor, model: BaseModel): Promise<number> {
  const { family, config, precision, largestBuffer } = model;
  const program = new Program(precision, largestBuffer);
  const count = Math.min(WORDS, config.vocabulary);
  const ids = program.constant(
    "spread ids",
    [count],
    () => Int32Array.from({ length: count }, (_, index) => Math.floor((index * config.vocabulary) / count)),
    "int32",
  );
  const words = family.embed(program, config, "words", ids);
  const values = await computeValues(executor, { program, leaves: model.buffer }, [words]);
  return meanRowNorm(values.get(words)!, config.hiddenSize);
}

/** Mean Euclidean norm of rows of `width` values. */
export function meanRowNorm(values: Float32Array, width: number): number {
  const rows = values.length / width;
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += norm(values.subarray(row * width, (row + 1) * width));
  return sum / rows;
}
