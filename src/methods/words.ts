/**
 * Word embeddings of fixed ids: what a text's or the vocabulary's words are to the frozen model.
 */

import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import type { ModelFacts } from "./method";

/** [ids, hiddenSize] */
export function words(program: Program, name: string, ids: readonly number[], { family, config }: ModelFacts): Tensor {
  const constant = program.constant(`text ids ${ids.join(" ")}`, [ids.length], () => Int32Array.from(ids), "int32");
  return family.embed(program, config, name, constant);
}
