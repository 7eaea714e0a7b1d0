/** Where folders come from: bundled with the page, or served beside it by the headless runner. Nothing is fetched from elsewhere. */

import { ADAPTER_FILES, type AdapterFolder, readAdapterFiles } from "../adapters/folder";
import { bundledFolder, listBundled, servedFolder, servedFolderName } from "../hub/sources";
import type { ModelFolder } from "../hub/types";
import type { Configuration } from "../training/configuration";
import type { ModelListing } from "./api";

export class Folders {
  readonly #base: URL;

  /** `base`: where `models/` and `samples/` are served, with a slash at its end. */
  constructor(base: URL) {
    this.#base = base;
  }

  models(): Promise<ModelListing[]> {
    return listBundled(this.#modelsUrl);
  }

  /** The folder behind `bundled:NAME` or, from the headless runner, `dir:URL`. Rejects with an Error for any other source. */
  async model(source: string): Promise<ModelFolder> {
    const [scheme, name] = [source.slice(0, source.indexOf(":")), source.slice(source.indexOf(":") + 1)];
    if (scheme === "bundled") return bundledFolder(name, this.#modelsUrl);
    if (scheme === "dir" && URL.canParse(name)) return servedFolder(new URL(name), this.#base.origin);
    throw new Error(`The page opens bundled models ("bundled:NAME") for now; "${source}" cannot be opened.`);
  }

  /** An adapter folder that this page's own server offers: what the headless runner makes of `initFrom`. */
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

  get #modelsUrl(): URL {
    return new URL("models/", this.#base);
  }
}

/** A configuration as it is kept beside an adapter: folders by their names, since their addresses do not last. */
export function recordedConfiguration(configuration: Configuration, model: string): Configuration {
  const runs = configuration.runs.map((run) => {
    if (run.initFrom === undefined || !URL.canParse(run.initFrom)) return run;
    return { ...run, initFrom: servedFolderName(new URL(run.initFrom)) };
  });
  return { ...configuration, model, runs };
}
