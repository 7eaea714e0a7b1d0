/** Where a family keeps its word embeddings. */

import { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import type { Family, ModelConfig } from "./family";

/**
 * The table [vocabulary, hiddenSize] that a family reads words from, under its name in the
 * checkpoint.
 */
export function wordTable(family: Family, config: ModelConfig): Tensor {
  const program = new Program();
  const ids = program.input("input_ids", [1], "int32");
  family.embed(program, config, "words", ids);
  const shape = `${config.vocabulary},${config.hiddenSize}`;
  return program.operations
    .flatMap(({ inputs }) => inputs)
    .find((tensor) => tensor.role === "weight" && `${tensor.shape}` === shape)!;
}
