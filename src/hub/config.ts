/**
 * A model folder's `config.json`. Not for reading sizes out of it: each family does that for
 * itself.
 */

import { readJsonObject } from "./json";
import type { ModelFolder } from "./types";

/**
 * Reads `config.json`.
 * @throws Error when the folder has none or it is not a JSON object.
 */
export async function readConfig(folder: ModelFolder): Promise<Record<string, unknown>> {
  const file = await folder.open("config.json");
  if (!file) {
    throw new Error(
      `${folder.source} has no config.json. A model folder needs config.json, tokenizer.json and model.safetensors.`,
    );
  }
  return readJsonObject(file);
}
