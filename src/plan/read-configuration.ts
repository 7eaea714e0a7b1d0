/**
 * From the text of a configuration file to a checked configuration. Its keys: `configuration.ts`.
 */

import { issueLine } from "../errors/checked-by";
import { checkedSettings } from "../errors/checked-settings";
import { shortened } from "../errors/shortened";
import { strictJson } from "../hub/json";
import { approachOf } from "../methods/registry";
import { formats, migrate } from "../versions/versions";
import { type Configuration, configurationSchema } from "./configuration";
import { configurationText } from "./configuration-text";

/** Of what does not fit, so many lines are said. */
const MOST_LINES = 6;

/**
 * Reads a configuration file of any version, from its text or its bytes.
 * @throws {Error} when it is not JSON, or of a newer version; naming each key that does not fit, or
 * the method that there is not
 */
export function readConfiguration(given: string | Uint8Array): Configuration {
  const json = typeof given === "string" ? given : configurationText(given);
  let parsed: unknown;
  try {
    // Editors and shells of Windows begin files with a byte order mark.
    parsed = strictJson(json.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new Error(`The configuration ${shortened((error as Error).message, 300)}.`);
  }
  const configuration = checkedConfiguration(migrate(formats.configuration, parsed));
  for (const { method } of configuration.runs) approachOf(method);
  return configuration;
}

/**
 * A configuration of today's version, with its defaults.
 * @throws {Error} naming each key that does not fit, or the name that two runs have
 */
export function checkedConfiguration(given: unknown): Configuration {
  const checked = checkedSettings(configurationSchema, given);
  if ("issues" in checked) {
    const lines = checked.issues.slice(0, MOST_LINES).map((issue) => shortened(issueLine(issue, "the file"), 300));
    const more = checked.issues.length - lines.length;
    if (more > 0) lines.push(`and ${more} more`);
    throw new Error(`The configuration does not fit.\n${lines.join("\n")}`);
  }
  const names = checked.value.runs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`Two runs are called "${shortened(twice)}". Give every run its own name.`);
  return checked.value;
}
