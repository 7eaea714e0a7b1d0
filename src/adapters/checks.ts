/**
 * Whether a folder fits the open model and the run that starts from it. Not for what a folder must
 * hold: its form's.
 */

import type { NamedTensor } from "../hub/write-safetensors";
import type { AdapterFolder } from "./folder";
import { isSameShape } from "./module-checks";

/**
 * Checks that an adapter was made for this base model.
 * @throws Error naming both base models.
 */
export function checkBase({ config }: AdapterFolder, baseModel: string): void {
  const base = config.base_model_name_or_path;
  if (base === baseModel) return;
  throw new Error(
    `The adapter was trained on the base model ${base === null ? "(not named)" : `"${base}"`}, but "${baseModel}" is ` +
      "open. Open the adapter's base model first.",
  );
}

/**
 * Checks that what a folder gives a run is exactly what the run trains.
 * @param given in-model names and shapes, the head included.
 * @throws Error naming the run and the tensor, and both shapes where it has another one.
 */
export function checkFits(
  run: string,
  given: readonly Pick<NamedTensor, "name" | "shape">[],
  trained: readonly Pick<NamedTensor, "name" | "shape">[],
): void {
  const found = new Map(given.map((tensor) => [tensor.name, tensor]));
  for (const { name, shape } of trained) {
    const tensor = found.get(name);
    if (!tensor) {
      throw new Error(
        `Run "${run}": the adapter it starts from has no "${name}" of shape [${shape}]. Start from an adapter of the ` +
          "same method with the same options.",
      );
    }
    if (!isSameShape(tensor.shape, shape)) {
      throw new Error(
        `Run "${run}": "${name}" has shape [${tensor.shape}] in the adapter it starts from, but the run needs [${shape}]. ` +
          "Start from an adapter with the same options, for the same model.",
      );
    }
    found.delete(name);
  }
  const [extra] = found.keys();
  if (extra === undefined) return;
  throw new Error(
    `Run "${run}": the adapter it starts from has "${extra}", which the run does not train. Start from an adapter of the ` +
      "same method with the same options.",
  );
}
