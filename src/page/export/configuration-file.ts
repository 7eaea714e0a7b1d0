/** A configuration as the text of the file that this page and the headless runner open. */

import type { Configuration } from "../../plan/configuration";
import { formats, withVersion } from "../../versions/versions";

export function configurationFile(configuration: Configuration): string {
  return `${JSON.stringify(withVersion(formats.configuration, configuration), null, 2)}\n`;
}
