/** Adapter folders and samples, from this page's own server. Base models are in `models.ts`. */

import type { AdapterFolder } from "../adapters/folder";
import { ADAPTER_FILES, readAdapterFiles } from "../adapters/read";
import { servedFolder, servedFolderName } from "../hub/sources";
import type { Configuration } from "../plan/configuration";

export class Folders {
  readonly #base: URL;

  /** `base`: where `samples/` is served, with a slash at its end. */
  constructor(base: URL) {
    this.#base = base;
  }

  /**
   * An adapter folder that this page's own server offers: what the headless runner makes of
   * `initFrom`.
   */
  async adapter(run: string, place: string): Promise<AdapterFolder> {
    if (!URL.canParse(place)) {
      throw new Error(
        `Run "${run}": initFrom "${place}" can only be read by the headless runner. Import the adapter instead.`,
      );
    }
    const folder = servedFolder(new URL(place), this.#base.origin);
    const files: Record<string, Uint8Array> = {};
    for (const name of ADAPTER_FILES) {
      const file = await folder.open(name);
      if (file) files[name] = await file.read(0, file.size);
    }
    return readAdapterFiles(files);
  }

  /** A file of the samples. Rejects with an Error naming it. */
  async sample(name: string): Promise<Response> {
    const response = await fetch(new URL(`samples/${name}`, this.#base));
    if (!response.ok) throw new Error(`The sample file ${name} could not be fetched: ${response.status}.`);
    return response;
  }
}

/**
 * A configuration as it is kept beside an adapter: folders by their names, since their addresses do
 * not last.
 */
export function recordedConfiguration(configuration: Configuration, model: string): Configuration {
  const runs = configuration.runs.map((run) => {
    if (run.initFrom === undefined || !URL.canParse(run.initFrom)) return run;
    return { ...run, initFrom: servedFolderName(new URL(run.initFrom)) };
  });
  return { ...configuration, model, runs };
}
