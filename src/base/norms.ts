/** Euclidean norms of word embeddings, which virtual tokens are measured against. */

import { norm } from "../data/norm";
import type { Executor } from "../executors/executor";
import { writeGraph } from "../forward/graph";
import { Program } from "../program/program";
import { type Tensor, tensorBytes } from "../program/tensor";
import type { BaseModel } from "./base-model";

const WORDS = 64;

/** Mean Euclidean norm of the embeddings of words spread evenly over the vocabulary, as they enter the first block. */
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
  const output = executor.memory.allocate(tensorBytes(words), {
    label: "words",
    category: "runtime",
    owner: "word norm",
  });
  try {
    const buffer = (tensor: Tensor) => (tensor === words ? output : model.buffer(tensor));
    const session = await executor.session(writeGraph(program, [words]), buffer);
    await session.run();
    await session.release();
    return meanRowNorm(new Float32Array(await executor.read(output, tensorBytes(words))), config.hiddenSize);
  } finally {
    executor.memory.releaseOwner("word norm");
  }
}

/** Mean Euclidean norm of rows of `width` values. */
export function meanRowNorm(values: Float32Array, width: number): number {
  const rows = values.length / width;
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += norm(values.subarray(row * width, (row + 1) * width));
  return sum / rows;
}
