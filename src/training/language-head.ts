/** The frozen model's own head over its vocabulary: a matrix of its own, or its word embeddings again. */

import type { ModelFacts } from "../methods/method";
import { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/**
 * [vocabulary, hiddenSize].
 * @throws Error if the family's logits are not the states times one matrix.
 */
export function languageHead(
  program: Program,
  { family, config, ownLanguageHead }: Pick<ModelFacts, "family" | "config" | "ownLanguageHead">,
): Tensor {
  if (!family.languageHead) {
    throw new Error(
      `Language modelling does not know the ${family.title} family's head yet. Choose another base model.`,
    );
  }
  const table = wordTable(family, config);
  return program.weight(ownLanguageHead ? family.languageHead : table.name, table.shape);
}

/** The embedding table that a family reads words from. */
function wordTable(family: ModelFacts["family"], config: ModelFacts["config"]): Tensor {
  const program = new Program();
  const ids = program.input("input_ids", [1], "int32");
  family.embed(program, config, "words", ids);
  const shape = `${config.vocabulary},${config.hiddenSize}`;
  return program.operations
    .flatMap(({ inputs }) => inputs)
    .find((tensor) => tensor.role === "weight" && `${tensor.shape}` === shape)!;
}
