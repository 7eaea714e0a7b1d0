/**
 * Carries out a backward plan in float64, as the GPU would: slots of working memory of exactly the
 * planned sizes, full of NaN at the start, and every dispatch held to WebGPU's rules for bindings.
 */

import type { BackwardPlan } from "../../../src/backward/plan";
import { isWritten } from "../../../src/kernels/kernel";
import type { Place } from "../../../src/program/place";
import { elementCount, type Tensor } from "../../../src/program/tensor";
import { kernels } from "./kernels";

/**
 * Gradients of the plan's trained tensors by name. `value` gives what the forward pass computed,
 * `seed` the gradient of the result, `begun` gradients that the loss has begun. Throws if a dispatch breaks a rule: an unsaved value, an
 * unknown binding, memory both read and written.
 */
export function runBackward(
  plan: BackwardPlan,
  value: (tensor: Tensor) => Float64Array,
  seed: Float64Array,
  begun: ReadonlyMap<string, Float64Array> = new Map(),
): Map<string, Float64Array> {
  const slots = plan.slots.map((elements) => new Float64Array(elements).fill(Number.NaN));
  const gradients = new Map(
    plan.trained.map(({ name, shape }) => [
      name,
      begun.get(name)?.slice() ?? new Float64Array(elementCount(shape)).fill(Number.NaN),
    ]),
  );
  const kept = new Map(plan.saved.map((tensor) => [tensor, value(tensor)]));
  const memory = (place: Place): Float64Array => {
    if (place.kind === "seed") return seed;
    if (place.kind === "scratch") return found(slots[place.slot], `slot ${place.slot}`);
    if (place.kind !== "value" && place.kind !== "gradient") throw new Error(`A backward pass has no ${place.kind}.`);
    const { tensor } = place;
    if (place.kind === "gradient") return found(gradients.get(tensor.name), `the gradient of ${tensor.name}`);
    if (tensor.role === "activation") return found(kept.get(tensor), `the saved ${tensor.name}`);
    return value(tensor);
  };
  for (const { kernel, bindings, sizes, options } of plan.dispatches) {
    const sorted = (record: object) => Object.keys(record).sort().join();
    if (sorted(bindings) !== sorted(kernel.bindings)) throw new Error(`${kernel.name} is bound ${sorted(bindings)}.`);
    if (sorted(sizes) !== sorted(kernel.sizes)) throw new Error(`${kernel.name} has the sizes ${sorted(sizes)}.`);
    const bound = Object.entries(bindings).map(([name, place]) => ({ name, place, data: memory(place) }));
    for (const { name, place, data } of bound) {
      if (!isWritten(kernel.bindings[name]!)) continue;
      if (bound.some((other) => other.name !== name && other.data === data)) {
        throw new Error(`${kernel.name} writes ${name} to memory that it reads.`);
      }
      if (place.kind === "seed" || place.kind === "value") throw new Error(`${kernel.name} writes a ${name}.`);
    }
    const compute = found(kernels[kernel.name], `the kernel ${kernel.name}`);
    compute(Object.fromEntries(bound.map(({ name, data }) => [name, data])), sizes, options);
  }
  return gradients;
}

function found<Item>(item: Item | undefined, what: string): Item {
  if (item === undefined) throw new Error(`There is no ${what}.`);
  return item;
}
