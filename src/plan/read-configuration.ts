/**
 * From the text of a configuration file to a checked configuration. Its keys: `configuration.ts`.
 */

import * as z from "zod";
import { approachOf } from "../methods/registry";
import { formats, migrate } from "../versions/versions";
import { type Configuration, configurationSchema } from "./configuration";

/**
 * Reads a configuration file of any version.
 * @throws {Error} when it is not JSON, or of a newer version; naming each key that does not fit, or
 * the method that there is not
 */
export function readConfiguration(json: string): Configuration {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new Error(`The configuration is not valid JSON: ${(error as Error).message}.`);
  }
  const result = configurationSchema.safeParse(migrate(formats.configuration, parsed));
  if (!result.success) {
    const issues = result.error.issues.map(
      ({ path, message }) => `${z.core.toDotPath(path) || "the file"}: ${message}`,
    );
    throw new Error(`The configuration does not fit.\n${issues.join("\n")}`);
  }
  for (const { method } of result.data.runs) approachOf(method);
  return result.data;
}
