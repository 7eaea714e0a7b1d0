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
