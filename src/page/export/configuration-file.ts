/** A configuration as the text of the file that this page and the headless runner open. */

import type { Configuration } from "../../plan/configuration";
import { formats, withVersion } from "../../versions/versions";
import type { DataRole } from "../../worker/api";

/** @param hub which of its files are of the Hub, by their names there: the runner brings them */
export function configurationFile(configuration: Configuration, hub: Partial<Record<DataRole, string>> = {}): string {
  const { data } = configuration;
  const named = {
    ...configuration,
    data: {
      ...data,
      train: hub.train ?? data.train,
      validation: hub.validation ?? data.validation,
      test: hub.test ?? data.test,
    },
  };
  return `${JSON.stringify(withVersion(formats.configuration, named), null, 2)}\n`;
}
