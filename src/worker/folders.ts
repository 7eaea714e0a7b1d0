/**
 * Adapter folders that runs start from, imported by a person or from this page's own server, and
 * its samples. Base models are in `models.ts`.
 */

import type { AdapterFolder } from "../adapters/folder";
import { ADAPTER_FILES, readAdapterFiles } from "../adapters/read";
import { servedFolder, servedFolderName } from "../hub/sources";
import type { Configuration } from "../plan/configuration";

/** What `initFrom` begins with where it names a folder that was imported on the page. */
const IMPORTED = "imported:";

export class Folders {
  readonly #base: URL;
  readonly #imported = new Map<string, AdapterFolder>();

  /** `base`: where `samples/` is served, with a slash at its end. */
  constructor(base: URL) {
    this.#base = base;
  }

  /**
   * Keeps an imported folder while the page is open, for runs to start from. Returns their
   * `initFrom`: the file's name and the start of its tensors' SHA-256.
   */
  keep(name: string, adapter: AdapterFolder): string {
    const place = `${IMPORTED}${name}#${adapter.source?.sha256.slice(0, 12) ?? ""}`;
    this.#imported.set(place, adapter);
    return place;
  }

  /**
   * An adapter folder that was imported, or that this page's own server offers: what the headless
   * runner makes of `initFrom`.
   */
  async adapter(run: string, place: string): Promise<AdapterFolder> {
    if (place.startsWith(IMPORTED)) {
      const kept = this.#imported.get(place);
      if (kept) return kept;
      const name = place.slice(IMPORTED.length);
      throw new Error(`Run "${run}" starts from ${name}, which is not open any more. Import that adapter again.`);
    }
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

/** What a person knows the folder of an `initFrom` by: the file that was imported, or its name. */
export function folderName(place: string): string {
  if (place.startsWith(IMPORTED)) return place.slice(IMPORTED.length).replace(/#\w*$/, "");
  return URL.canParse(place) ? servedFolderName(new URL(place)) : place;
}

/**
 * A configuration as it is kept beside an adapter: folders by their names, since their addresses do
 * not last.
 */
export function recordedConfiguration(configuration: Configuration, model: string): Configuration {
  const runs = configuration.runs.map((run) => {
    const { initFrom } = run;
    if (initFrom === undefined || initFrom.startsWith(IMPORTED) || !URL.canParse(initFrom)) return run;
    return { ...run, initFrom: servedFolderName(new URL(initFrom)) };
  });
  return { ...configuration, model, runs };
}
