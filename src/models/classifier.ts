/** The parts that Hugging Face's sequence classifiers of encoders are made of. */

import { linear } from "../operations/linear";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import type { Attachments, ClassifierSite } from "./family";
import { baseTensor } from "./sites";

/**
 * A trained linear of the head with a bias, `path`.weight and `path`.bias: [rows, in] → [rows,
 * width].
 */
export function trainedLinear(
  program: Program,
  path: string,
  x: Tensor,
  width: number,
  { learningRateScale }: Pick<ClassifierSite, "learningRateScale">,
): Tensor {
  const weight = program.trainable(`${path}.weight`, [width, x.shape[1]!], {
    initializer: { kind: "normal", std: 0.02 },
    learningRateScale,
    part: "head",
  });
  const bias = program.trainable(`${path}.bias`, [width], {
    initializer: { kind: "zeros" },
    weightDecay: false,
    learningRateScale,
    part: "head",
  });
  return linear(program, path, x, weight, { bias });
}

/** A linear of the head that stays as the checkpoint has it, square. */
export function frozenLinear(
  program: Program,
  attachments: Attachments,
  path: string,
  x: Tensor,
  biased = true,
): Tensor {
  const width = x.shape[1]!;
  const weight = baseTensor(program, attachments, `${path}.weight`, [width, width]);
  const bias = biased ? baseTensor(program, attachments, `${path}.bias`, [width]) : undefined;
  return linear(program, path, x, weight, { bias });
}
