/** A model's weights as a device keeps them that cannot hold the larger ones in one buffer. */

import { elementCount, type Tensor } from "../../../src/program/tensor";

/** The same values; those of matrices in parts under the parts' names. */
export function inParts(
  tensors: readonly Tensor[],
  values: ReadonlyMap<string, ArrayLike<number>>,
): Map<string, ArrayLike<number>> {
  const cut = new Map(values);
  for (const { name, parts = [] } of tensors) {
    for (const { name: own, shape, start } of parts) {
      const from = start * shape[1]!;
      cut.set(own, Array.from(values.get(name)!).slice(from, from + elementCount(shape)));
    }
    if (parts.length > 0) cut.delete(name);
  }
  return cut;
}
