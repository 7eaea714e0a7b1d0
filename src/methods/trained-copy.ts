/**
 * A trained copy of a tensor of the base model, which itself stays frozen: the same updates as a
 * dense delta beside it.
 */

import type { Program } from "../program/program";
import type { Trainable } from "../program/tensor";
import type { ModelFacts } from "./method";
import { isTarget } from "./targets";

/**
 * Starts as the base model's tensor of that name and has its name; biases and norms do not decay,
 * as in PyTorch's recipes.
 */
export function trainedCopy(
  program: Program,
  name: string,
  shape: readonly number[],
  { family, config }: ModelFacts,
): Trainable {
  const path = name.slice(0, name.lastIndexOf("."));
  return program.trainable(name, shape, {
    // The base model's tensor has the same name, so it is not part of this Program.
    initializer: { kind: "tensor", tensor: { name, shape, type: "float32", role: "weight" } },
    weightDecay: !name.endsWith(".bias") && !isTarget(path, family.normNames(config)),
  });
}
