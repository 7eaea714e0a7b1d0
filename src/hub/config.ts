/**
 * A model folder's `config.json`, and the check that its family is one we know.
 * Not for reading sizes out of it: each family does that for itself.
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

/**
 * The family a configuration names (`model_type`), if it is one of `supported`.
 * @throws Error naming the family and the supported ones.
 */
export function requireFamily<Family extends string>(
  config: Record<string, unknown>,
  supported: readonly Family[],
): Family {
  const type = config.model_type;
  const list = supported.join(", ");
  if (typeof type !== "string") {
    throw new Error(`config.json names no model_type, so the model's family is unknown. Supported families: ${list}.`);
  }
  const family = supported.find((name) => name === type);
  if (!family) {
    throw new Error(
      `config.json: the model family "${type}" is not supported. Supported families: ${list}. ` +
        "Choose a model of one of them.",
    );
  }
  return family;
}
