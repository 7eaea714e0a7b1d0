/**
 * From the text of a configuration file to a checked configuration. Its keys: `configuration.ts`.
 */

import { checkedBy, issueLine } from "../errors/checked-by";
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
  const checked = checkedBy(configurationSchema, migrate(formats.configuration, parsed));
  if ("issues" in checked) {
    const lines = checked.issues.map((issue) => issueLine(issue, "the file"));
    throw new Error(`The configuration does not fit.\n${lines.join("\n")}`);
  }
  for (const { method } of checked.value.runs) approachOf(method);
  return checked.value;
}
