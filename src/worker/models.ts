/**
 * Base models, wherever they come from: bundled with the page, stored in this browser, on the Hub,
 * dropped, or served by the headless runner. The Hub is asked only when a person asks for it. Not
 * for loading them onto a device.
 */

import { BundledModels } from "../hub/bundled";
import type { TransferProgress } from "../hub/download";
import { type FileStore, openFileStore } from "../hub/file-store";
import {
  type HubModel,
  hubRecord,
  hubSource,
  lookUp,
  openContent,
  parseHubName,
  remoteFolder,
  wantedFiles,
} from "../hub/hub-client";
import { filesFolder, servedFolder } from "../hub/sources";
import { bringModel, listStored, openStored, readStored } from "../hub/stored-models";
import { openTokenizer, type Tokenizer } from "../hub/tokenizer";
import type { ModelFolder } from "../hub/types";
import { withProgress } from "../plan/waiting";
import type { ModelListing, ModelPlace, ProgressEvent, StoredModelListing } from "./api";

/** A model that was looked at and is not open. */
export interface InspectedModel {
  readonly folder: ModelFolder;
  readonly licence: string | null;
  readonly gated: boolean;
  readonly commit: string | null;
  readonly address: string | null;
  /** All files at the top of its folder; `wanted` ones are what the studio reads. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly wanted: boolean }[];
  /** Of the wanted ones those of which the Hub tells no sum, so that only their size is checked. */
  readonly unchecked: readonly string[];
  /** Of the wanted ones in this browser's store already. */
  readonly storedBytes: number;
}

const NO_STORE =
  "This browser keeps no files for this page (a private window, perhaps), so a model of the Hub cannot be stored. " +
  "Download it by other means and open its folder.";

export class Models {
  readonly #base: URL;
  readonly #emit: (event: ProgressEvent) => void;
  readonly #store: Promise<FileStore | null>;
  readonly #bundled: Promise<BundledModels>;
  /** By source: what was looked up or dropped, with the token for as long as the page lives. */
  readonly #hub = new Map<string, HubModel>();
  readonly #local = new Map<string, ModelFolder>();
  #download: AbortController | null = null;

  /** `base`: where `models/` is served, with a slash at its end. */
  constructor(base: URL, emit: (event: ProgressEvent) => void) {
    this.#base = base;
    this.#emit = emit;
    this.#store = openFileStore();
    this.#bundled = this.#store.then((store) => new BundledModels(new URL("models/", base), store));
  }

  /** Bundled ones, then those of the Hub that are stored completely. */
  async list(): Promise<ModelListing[]> {
    const bundled = await (await this.#bundled).list();
    const stored = await this.stored();
    const complete = stored.filter(
      ({ source, bytes, storedBytes }) => source.startsWith("hf:") && storedBytes === bytes,
    );
    return [
      ...bundled,
      ...complete.map(({ source, name, bytes, address, licence }) => ({
        source,
        name,
        description: `From ${address}${licence === null ? "" : `, licence ${licence}`}. Stored in this browser.`,
        bytes,
      })),
    ];
  }

  /**
   * A model to load, complete and checked. Rejects with an Error that says why not, and what to do.
   */
  async open(source: string): Promise<ModelFolder> {
    const [scheme, name] = split(source);
    if (scheme === "bundled")
      return this.#waiting(name, async (progress) => (await this.#bundled).open(name, progress));
    if (scheme === "hf") {
      const store = await this.#requireStore();
      return this.#waiting(name, (progress) => openStored(store, source, progress));
    }
    if (scheme === "dir") {
      const local = this.#local.get(source);
      if (local) return local;
      if (URL.canParse(name)) return servedFolder(new URL(name), this.#base.origin);
      throw new Error(`The folder "${name}" is not open in this page any more. Drop or choose it again.`);
    }
    throw new Error(`"${source}" cannot be opened: a model is bundled:NAME, hf:OWNER/NAME or dir:NAME.`);
  }

  /** A bundled model for a look at its small files. */
  async glance(source: string): Promise<ModelFolder> {
    return (await this.#bundled).glance(split(source)[1]);
  }

  /** The tokenizer of a bundled or stored model; no weights are read. Rejects as `open`. */
  async tokenizer(source: string): Promise<Tokenizer> {
    const bundled = split(source)[0] === "bundled";
    return openTokenizer(bundled ? await this.glance(source) : await this.open(source));
  }

  /**
   * What a place holds, without reading weights. For the Hub this sends the first requests that
   * leave the page.
   */
  async inspect(place: ModelPlace): Promise<InspectedModel> {
    if (place.kind === "files") {
      const folder = filesFolder(folderName(place.files), place.files);
      this.#local.set(folder.source, folder);
      const sizes = await Promise.all((folder.files ?? []).map((name) => folder.open(name)));
      const files = sizes.flatMap((file) => (file ? [{ name: file.name, bytes: file.size }] : []));
      return {
        folder,
        licence: null,
        gated: false,
        commit: null,
        address: null,
        files: markWanted(files),
        unchecked: [],
        storedBytes: 0,
      };
    }
    const { address, token } = place;
    const model = await lookUp({ ...parseHubName(place.name, address), address, token });
    const source = hubSource(model.request);
    this.#hub.set(source, model);
    const store = await this.#store;
    const stored = store && (await readStored(store, source));
    return {
      folder: remoteFolder(model),
      licence: model.licence,
      gated: model.gated,
      commit: model.commit,
      address,
      files: markWanted(model.files),
      unchecked: wantedFiles(model.files)
        .filter(({ sha256, gitId }) => sha256 === null && gitId === null)
        .map(({ name }) => name),
      storedBytes: stored?.record.commit === model.commit ? stored.storedBytes : 0,
    };
  }

  /** Downloads a model that was looked up, from where an earlier download broke off. */
  async download(source: string): Promise<void> {
    const model = this.#hub.get(source);
    if (!model) throw new Error(`${source} was not looked up since the page was opened. Look it up first.`);
    const store = await this.#requireStore();
    const record = hubRecord(model);
    this.#download?.abort();
    this.#download = new AbortController();
    const { signal } = this.#download;
    const open = (file: string, from: number) => openContent(model, file, from);
    await this.#waiting(record.name, (progress) => bringModel(store, record, open, progress, signal));
  }

  /** What has arrived stays. */
  cancelDownload(): void {
    this.#download?.abort(new Error("The download was stopped. What has arrived is kept: download again to go on."));
  }

  /** Everything in the store, bundled models too. */
  async stored(): Promise<StoredModelListing[]> {
    const store = await this.#store;
    if (!store) return [];
    return (await listStored(store)).map(({ record, storedBytes, totalBytes }) => ({
      source: record.source,
      name: record.name,
      address: record.address,
      licence: record.licence,
      bytes: totalBytes,
      storedBytes,
    }));
  }

  async removeStored(source: string): Promise<void> {
    await (await this.#store)?.remove(source);
  }

  async #requireStore(): Promise<FileStore> {
    const store = await this.#store;
    if (!store) throw new Error(NO_STORE);
    return store;
  }

  /** Tells how far a transfer of this model is. */
  #waiting<T>(name: string, transfer: (progress: TransferProgress) => Promise<T>): Promise<T> {
    return withProgress(this.#emit, (report) =>
      transfer(({ file, done, total, checking }) => {
        const wait = checking ? "checking model" : "downloading model";
        report({ wait, detail: `${name} · ${file}`, done, total, unit: "bytes" });
      }),
    );
  }
}

function split(source: string): [scheme: string, name: string] {
  const colon = source.indexOf(":");
  return [source.slice(0, colon), source.slice(colon + 1)];
}

function markWanted(files: readonly { name: string; bytes: number }[]): InspectedModel["files"] {
  const wanted = new Set(wantedFiles(files));
  return files.map((file) => ({ name: file.name, bytes: file.bytes, wanted: wanted.has(file) }));
}

/** The folder that holds config.json, as it is called where it lies; loose files have no name. */
function folderName(files: readonly { path: string }[]): string {
  const config = files.find(({ path }) => path.split("/").at(-1) === "config.json");
  const [folder] = (config ?? files[0])?.path.split("/").slice(-2, -1) ?? [];
  return folder || "local-model";
}
