/**
 * The models that come with the page. Their files are kept in the browser after the first visit and
 * checked against the index; where nothing can be kept they are read from the page's server each
 * time.
 */

import * as z from "zod";
import type { TransferProgress } from "./download";
import { type FileStore, StorageError } from "./file-store";
import { blobFile, refusalOf } from "./sources";
import { bringModel, type ModelRecord, readStored } from "./stored-models";
import type { ModelFolder } from "./types";

/** Made by `tools/model-index.mjs`. */
const indexSchema = z.array(
  z.strictObject({
    name: z.string().regex(/^[\w-][\w.-]*$/),
    description: z.string(),
    files: z.record(z.string(), z.strictObject({ bytes: z.int().min(0), sha256: z.string().length(64) })),
  }),
);

type BundledIndex = z.infer<typeof indexSchema>;

/** A model the page can open, as in `ModelListing` of the worker's contract. */
export interface BundledModel {
  source: string;
  name: string;
  description: string;
  /** All files together. */
  bytes: number;
}

export class BundledModels {
  readonly #url: URL;
  readonly #store: FileStore | null;
  #index: Promise<BundledIndex> | null = null;

  /**
   * @param url of the folder that holds `index.json`, with a slash at its end.
   * @param store null: nothing is kept.
   */
  constructor(url: URL, store: FileStore | null) {
    this.#url = url;
    this.#store = store;
  }

  /**
   * What the index lists; without a network the models that are kept.
   * @throws Error when the index cannot be read and nothing is kept.
   */
  async list(): Promise<BundledModel[]> {
    const index = await this.#readIndex();
    return index.map(({ name, description, files }) => ({
      source: `bundled:${name}`,
      name,
      description,
      bytes: Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0),
    }));
  }

  /**
   * A bundled model, complete and checked. A damaged file in the store is brought anew.
   * @throws Error naming the bundled models when `name` is none of them, or the file that cannot be
   * had.
   */
  async open(name: string, progress: TransferProgress): Promise<ModelFolder> {
    const record = await this.#record(name);
    const open = async (file: string, from: number) => {
      const response = await this.#fetchFile(name, file, from);
      const body = response.body!;
      return from > 0 && response.status !== 206 ? body.pipeThrough(skip(from)) : body;
    };
    try {
      if (this.#store) return await bringModel(this.#store, record, open, progress);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
    }
    return this.#served(record);
  }

  /**
   * A bundled model for a look at its small files, neither complete nor checked: from the store
   * what is there.
   */
  async glance(name: string): Promise<ModelFolder> {
    return this.#served(await this.#record(name));
  }

  async #record(name: string): Promise<ModelRecord> {
    const index = await this.#readIndex();
    const model = index.find((entry) => entry.name === name);
    if (!model) {
      const known = index.map((entry) => entry.name).join(", ");
      throw new Error(`No model called "${name}" is bundled. Bundled models: ${known || "none"}.`);
    }
    const files = Object.entries(model.files).map(([file, known]) => ({ name: file, ...known, gitId: null }));
    return { source: `bundled:${name}`, name, address: this.#url.origin, commit: null, licence: null, files };
  }

  async #fetchFile(model: string, file: string, from: number): Promise<Response> {
    const url = new URL(`${model}/${file}`, this.#url);
    const response = await fetch(url, from > 0 ? { headers: { Range: `bytes=${from}-` } } : {});
    if (!response.ok || !response.body) throw refusalOf(url, response);
    return response;
  }

  /**
   * Files that come whole when they are first read: from the store where they are complete there,
   * else from the server.
   */
  #served({ source, name, files }: ModelRecord): ModelFolder {
    const sizes = new Map(files.map((file) => [file.name, file.bytes]));
    return {
      source,
      name,
      files: [...sizes.keys()],
      open: async (file) => {
        if (!sizes.has(file)) return null;
        const stored = await this.#kept(source, file);
        const blob = stored?.size === sizes.get(file) ? stored : await (await this.#fetchFile(name, file, 0)).blob();
        return blobFile(file, blob!);
      },
    };
  }

  /** What the store has of a file; null where it has nothing, or cannot be read. */
  async #kept(source: string, file: string): Promise<Blob | null> {
    try {
      return (await this.#store?.read(source, file)) ?? null;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return null;
    }
  }

  #readIndex(): Promise<BundledIndex> {
    this.#index ??= this.#fetchIndex();
    this.#index.catch(() => {
      this.#index = null;
    });
    return this.#index;
  }

  async #fetchIndex(): Promise<BundledIndex> {
    const url = new URL("index.json", this.#url);
    let response: Response;
    try {
      // What the server says now counts, not what the browser remembers: a new model must not stay
      // hidden.
      response = await fetch(url, { cache: "no-cache" });
    } catch (error) {
      const kept = await this.#keptIndex();
      if (kept.length > 0) return kept;
      throw error;
    }
    if (!response.ok) throw refusalOf(url, response);
    const parsed = indexSchema.safeParse(await response.json().catch(() => null));
    if (!parsed.success) throw new Error(`${url.pathname} is not a list of models: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  }

  /** The index of what is kept completely, for a visit without a network. */
  async #keptIndex(): Promise<BundledIndex> {
    const index: BundledIndex = [];
    for (const source of (await this.#store?.folders()) ?? []) {
      const stored = source.startsWith("bundled:") ? await readStored(this.#store!, source) : null;
      if (!stored || stored.storedBytes < stored.totalBytes) continue;
      const { name, files } = stored.record;
      const entries = files.map(({ name: file, bytes, sha256 }) => [file, { bytes, sha256: sha256! }] as const);
      index.push({ name, description: "Kept in this browser.", files: Object.fromEntries(entries) });
    }
    return index;
  }
}

/** Drops the first bytes: for a server that answers a range with the whole file. */
function skip(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  let left = bytes;
  return new TransformStream({
    transform(piece, controller) {
      const rest = piece.subarray(Math.min(left, piece.byteLength));
      left -= piece.byteLength - rest.byteLength;
      if (rest.byteLength > 0) controller.enqueue(rest);
    },
  });
}
