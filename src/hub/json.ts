/** Reads a whole JSON file of a model folder. Not for checking what is in it. */

import type { ModelFile } from "./types";

/**
 * The JSON object in a file.
 * @throws Error naming the file when it is not UTF-8, not JSON or not an object.
 */
export async function readJsonObject(file: ModelFile): Promise<Record<string, unknown>> {
  const bytes = await file.read(0, file.size);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Error(`${file.name} is not a JSON file: ${(error as Error).message}. Get it again.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${file.name} does not hold a JSON object. Get it again.`);
  }
  return value as Record<string, unknown>;
}
