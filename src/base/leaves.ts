/**
 * Which buffer a tensor is: asked of one layer after the other, such as a batch, a run's
 * parameters, what a run is provided with, the base model. Not for places that are no tensors
 * (`program/place.ts`).
 */

import type { DeviceBuffer } from "../executors/executor";
import type { Provided, Provider, Role, Tensor } from "../program/tensor";

/**
 * The buffer of a tensor; undefined where it is another layer's. Throws an Error naming what it
 * should have and has not.
 */
export type Layer = (tensor: Tensor) => DeviceBuffer | undefined;

/**
 * The buffer of every tensor that is asked for. Throws an Error naming the tensor and who should
 * have bound it.
 */
export type Leaves = (tensor: Tensor) => DeviceBuffer;

const BINDERS: Readonly<Record<Exclude<Role, "provided">, string>> = {
  weight: "the base model",
  constant: "the base model",
  trainable: "the run's parameters",
  controller: "the run's parameters",
  input: "the batch",
  noise: "the workspace",
  activation: "the workspace",
};

/** The first layer that has a tensor gives its buffer. */
export function leaves(...layers: readonly Layer[]): Leaves {
  return (tensor) => {
    for (const layer of layers) {
      const buffer = layer(tensor);
      if (buffer) return buffer;
    }
    const { name, shape, role } = tensor;
    const binder = role === "provided" ? `the ${(tensor as Provided).provider}` : BINDERS[role];
    throw new Error(`"${name}" [${shape}] has no buffer: it comes from ${binder}, which is not bound here.`);
  };
}

/** These tensors of one Program. */
export const held =
  (buffers: ReadonlyMap<Tensor, DeviceBuffer>): Layer =>
  (tensor) =>
    buffers.get(tensor);

/** What one provider has, by the tensors' names, for every Program that expects it. */
export function providedBy(provider: Provider, buffers: ReadonlyMap<string, DeviceBuffer>): Layer {
  return (tensor) => {
    if (tensor.role !== "provided" || (tensor as Provided).provider !== provider) return undefined;
    const buffer = buffers.get(tensor.name);
    if (!buffer) throw new Error(`The ${provider} has no "${tensor.name}" [${tensor.shape}].`);
    return buffer;
  };
}
