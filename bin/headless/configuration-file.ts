/** The file of a comparison's configuration, as text. */

import { readFileSync, statSync } from "node:fs";
import { checkConfigurationSize, configurationText } from "../../src/plan/configuration-text";
import { ConfigurationError } from "./files";

/** @throws {ConfigurationError} Where it cannot be read, is too large, or is no text. */
export function readConfiguration(path: string): string {
  let bytes: Uint8Array;
  try {
    checkConfigurationSize(statSync(path).size);
    bytes = readFileSync(path);
  } catch (error) {
    throw new ConfigurationError(`${path} could not be read: ${(error as Error).message.replace(/\.$/, "")}.`);
  }
  try {
    return configurationText(bytes);
  } catch (error) {
    throw new ConfigurationError(`${path}: ${(error as Error).message}`);
  }
}
