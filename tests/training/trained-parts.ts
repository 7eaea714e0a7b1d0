/**
 * A fixture's trained tensors under the studio's names: PEFT's one prefix tensor is cut into keys
 * and values per layer.
 */

import type { ModelConfig } from "../../src/models/family";
import type { fixtureTensors } from "../fixtures/reference";

export function trainedParts(
  tensors: Awaited<ReturnType<typeof fixtureTensors>>,
  kind: "initial" | "gradient" | "gradient64" | "final" | "frozen",
  config: ModelConfig,
): Map<string, Float32Array> {
  const found = new Map<string, Float32Array>();
  for (const [name, { data, shape }] of tensors) {
    if (!name.startsWith(`${kind}.`)) continue;
    const tensor = name.slice(kind.length + 1);
    const width = config.keyValueHeads * config.headSize;
    if (tensor !== "prompt_embeddings" || shape[1] !== config.layers * 2 * width) {
      found.set(tensor, data as Float32Array);
      continue;
    }
    const [virtualTokens, columns] = shape as [number, number];
    for (let layer = 0; layer < config.layers; layer++) {
      for (const [half, kv] of ["keys", "values"].entries()) {
        const start = (layer * 2 + half) * width;
        const rows = Array.from({ length: virtualTokens }, (_, row) => [
          ...data.slice(row * columns + start, row * columns + start + width),
        ]);
        found.set(`prefix.${kv}.${layer}`, Float32Array.from(rows.flat()));
      }
    }
  }
  return found;
}
