/**
 * A trained linear layer with bias, started as PyTorch starts one: both uniform within 1/√inputs.
 */

import { linear } from "../operations/linear";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** `x` [rows, in] → [rows, width]; trains `path.weight` [width, in] and `path.bias` [width]. */
export function trainedLinear(program: Program, path: string, x: Tensor, width: number): Tensor {
  const inputs = x.shape[1]!;
  const initializer = { kind: "uniform", bound: inputs ** -0.5 } as const;
  const weight = program.trainable(`${path}.weight`, [width, inputs], { initializer });
  const bias = program.trainable(`${path}.bias`, [width], { initializer, weightDecay: false });
  return linear(program, path, x, weight, { bias });
}
