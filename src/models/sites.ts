/**
 * Where the tensors and linears of a family's blocks meet what a method attaches to them. Not for
 * what a method does there (`methods/`), nor for the sites that need no help: prompt, prefix and
 * sub-layers.
 */

import { linear } from "../operations/linear";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import type { Attachments } from "./family";

/**
 * A norm's gain or shift or a linear's weight or bias: frozen, unless the method trains something
 * in its place.
 */
export function baseTensor(program: Program, attachments: Attachments, name: string, shape: readonly number[]): Tensor {
  return attachments.weight?.(name, shape) ?? program.weight(name, shape);
}

export interface BlockLinear {
  /** Path in the checkpoint, without `.weight`. */
  readonly path: string;
  readonly name: string;
  /** [rows, in] */
  readonly input: Tensor;
  readonly width: number;
  readonly layout: "out-in" | "in-out";
  readonly biased: boolean;
}

/**
 * A block's linear with what the method does to its input, its tensors and its output: [rows,
 * width].
 */
export function blockLinear(program: Program, attachments: Attachments, site: BlockLinear): Tensor {
  const { path, name, width, layout, biased } = site;
  const input = attachments.linearInput?.(path, site.input) ?? site.input;
  const inner = input.shape[1]!;
  const shape = layout === "out-in" ? [width, inner] : [inner, width];
  const weight = baseTensor(program, attachments, `${path}.weight`, shape);
  const bias = biased ? baseTensor(program, attachments, `${path}.bias`, [width]) : undefined;
  const y = linear(program, name, input, weight, { layout, bias });
  return attachments.linear?.(path, input, y, { weight, bias, layout }) ?? y;
}
