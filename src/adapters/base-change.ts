/**
 * A trained adapter as changes of the base model's own tensors. What a form changes is said in its
 * own file.
 */

import type { NamedTensor } from "../hub/write-safetensors";

/** Changes the values of a base tensor in place. */
export type Change = (values: Float32Array) => void;

export interface MergedBase {
  /** Names of the base model's tensors. */
  readonly names: ReadonlySet<string>;
  /** Whether linear weights are stored [in, out]. */
  readonly fanInFanOut: boolean;
}

/**
 * The base tensors that one of a folder's tensors changes, by name; none where another one's change
 * takes it in.
 * @throws Error naming the tensor that should stand beside it.
 */
export type TensorChange = (
  tensor: NamedTensor,
  all: ReadonlyMap<string, NamedTensor>,
  base: MergedBase,
) => readonly (readonly [name: string, change: Change])[];

/** The trained tensor in place of the base model's of that name. */
export const replacementOf = ({ name, data }: NamedTensor, inBase = name) =>
  [[inBase, (values: Float32Array) => values.set(data)]] as const;

/**
 * A change of a linear's weight, number by number. `becomes`: the new value of what stands between
 * an input and an output.
 */
export function entries(
  outputs: number,
  fanInFanOut: boolean,
  becomes: (value: number, output: number, input: number) => number,
): Change {
  return (values) => {
    const inputs = values.length / outputs;
    const [stepOut, stepIn] = fanInFanOut ? [1, outputs] : [inputs, 1];
    for (let output = 0; output < outputs; output++) {
      for (let input = 0; input < inputs; input++) {
        const at = output * stepOut + input * stepIn;
        values[at] = becomes(values[at]!, output, input);
      }
    }
  };
}

/** The number at [row, column] of a product of two matrices of float32, summed in float64. */
export function productAt(left: NamedTensor, right: NamedTensor, row: number, column: number): number {
  const [rank, width] = right.shape as [number, number];
  let sum = 0;
  for (let inner = 0; inner < rank; inner++)
    sum += left.data[row * rank + inner]! * right.data[inner * width + column]!;
  return sum;
}
