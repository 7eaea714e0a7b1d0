/**
 * Carries out a task's loss in float64: parts of labelled rows as a step would, with what only an
 * update needs.
 */

import type { Place } from "../../../src/program/place";
import { elementCount, type Tensor } from "../../../src/program/tensor";
import type { Loss } from "../../../src/tasks/task";
import { kernels } from "./kernels";

export interface ComputedLoss {
  /** The gradient with respect to the output. */
  readonly seed: Float64Array;
  readonly losses: Float64Array;
  readonly predictions: Float64Array;
  /** The first is the mean loss. */
  readonly stepFigures: Float64Array;
  /** Of the tensors whose gradient comes from the loss, by name. */
  readonly gradients: Map<string, Float64Array>;
}

/**
 * `channels`: `labels`, negative where a row has none, and others by name. `value` gives frozen and
 * trained tensors.
 */
export function runLoss(
  loss: Loss,
  output: Float64Array,
  channels: Readonly<Record<string, Float64Array>> & { readonly labels: Float64Array },
  value: (tensor: Tensor) => Float64Array,
): ComputedLoss {
  const { labels } = channels;
  const labelled = [...labels.keys()].filter((row) => labels[row]! >= 0);
  const memory: Record<string, Float64Array> = {
    output,
    seed: new Float64Array(output.length),
    labelled: Float64Array.from(labels, (_, row) => labelled[row] ?? -1),
    losses: new Float64Array(labels.length),
    predictions: new Float64Array(labels.length),
    stepFigures: new Float64Array(3),
  };
  const scratch = loss.scratch.map((elements) => new Float64Array(elements).fill(Number.NaN));
  const gradients = new Map(loss.trained.map(({ name, shape }) => [name, new Float64Array(elementCount(shape))]));
  const at = (place: Place): Float64Array => {
    if (place.kind === "value") return value(place.tensor);
    if (place.kind === "channel") return channels[place.name]!;
    if (place.kind === "gradient") return gradients.get(place.tensor.name)!;
    return place.kind === "scratch" ? scratch[place.slot]! : memory[place.kind]!;
  };
  let left = labelled.length;
  const parts = loss.parts.filter(({ rows }) => {
    const needed = left > 0;
    left -= rows;
    return needed;
  });
  for (const { kernel, bindings, sizes, options } of [
    ...loss.first,
    ...parts.flatMap(({ dispatches, learn }) => [...dispatches, ...learn]),
    ...loss.last,
  ]) {
    const bound = Object.entries(bindings).map(([name, place]) => [name, at(place as Place)]);
    kernels[kernel.name]!(Object.fromEntries(bound), sizes, options);
  }
  const { seed, losses, predictions, stepFigures } = memory;
  return { seed: seed!, losses: losses!, predictions: predictions!, stepFigures: stepFigures!, gradients };
}
