/**
 * Models of the Hub for the headless runner: brought through the same client as the page's, into a
 * folder of this computer, where the next comparison finds them. Not for opening them in the page.
 */

import { closeSync, existsSync, ftruncateSync, mkdirSync, openAsBlob, openSync, writeSync } from "node:fs";
import { readdir, rm, stat, statfs } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { readModel } from "../../src/base/read-model";
import type { TransferProgress } from "../../src/hub/download";
import type { FileStore, FileWriter, Room } from "../../src/hub/file-store";
import { hubRecord, hubSource, lookUp, openContent, parseHubName, remoteFolder } from "../../src/hub/hub-client";
import { bringModel, openStored, readStored } from "../../src/hub/stored-models";
import { ConfigurationError } from "./files";

export interface HubAccess {
  /** Of the Hub, without a slash at its end. */
  readonly address: string;
  /** For gated models: never written anywhere. */
  readonly token: string | null;
  /** Where models are kept. */
  readonly cache: string;
  /** Bytes that the weights may take together; null where the device does not tell. */
  readonly capacity: number | null;
}

/** `STUDIO_CACHE`, or the user's cache folder. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.STUDIO_CACHE || join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "sk-tuning-studio");
}

/** Folders of files on this computer's disk. */
export class DiskStore implements FileStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Where a folder of the store lies. */
  path(folder: string): string {
    return join(this.#root, encodeURIComponent(folder));
  }

  async folders(): Promise<string[]> {
    return (await this.#list(this.#root)).map(decodeURIComponent);
  }

  async files(folder: string): Promise<Map<string, number>> {
    const names = await this.#list(this.path(folder));
    const sized = names.map(async (name) => [name, (await stat(join(this.path(folder), name))).size] as const);
    return new Map(await Promise.all(sized));
  }

  async read(folder: string, file: string): Promise<Blob | null> {
    const path = join(this.path(folder), file);
    return existsSync(path) ? openAsBlob(path) : null;
  }

  async append(folder: string, file: string, from: number): Promise<FileWriter> {
    mkdirSync(this.path(folder), { recursive: true });
    const handle = openSync(join(this.path(folder), file), "a");
    ftruncateSync(handle, from);
    return {
      write(bytes) {
        for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      },
      close: () => closeSync(handle),
    };
  }

  async remove(folder: string, file?: string): Promise<void> {
    await rm(file === undefined ? this.path(folder) : join(this.path(folder), file), { recursive: true, force: true });
  }

  async room(): Promise<Room | null> {
    // The folder itself is made by the first download.
    let place = resolve(this.#root);
    while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
    try {
      const { bavail, bsize } = await statfs(place);
      const instead = "Free space there, or set STUDIO_CACHE to a folder of another disk.";
      return { bytes: bavail * bsize, where: `the disk of ${this.#root}`, instead };
    } catch {
      return null;
    }
  }

  async #list(path: string): Promise<string[]> {
    return readdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
  }
}

/**
 * The folder of an `hf:` model with all its files, checked. What is there already is not downloaded
 * again; where the Hub cannot be reached, a complete copy serves as it is.
 * @throws {ConfigurationError} When the name is none, the Hub refuses it, or the model is of a kind
 * that is not tuned.
 * @throws {Error} When a transfer keeps breaking off (what arrived is kept), or the Hub is away and
 * the copy incomplete.
 */
export async function bringHubModel(
  source: string,
  { address, token, cache, capacity }: HubAccess,
  progress: TransferProgress,
): Promise<string> {
  const named = parsed(() => parseHubName(source, address));
  const store = new DiskStore(cache);
  const key = hubSource(named);
  const found = await lookUp({ ...named, token, address }).catch(async (error: Error) => {
    if (!(error instanceof TypeError)) throw new ConfigurationError(`model: ${error.message}`);
    const kept = await readStored(store, key);
    if (kept?.record.address !== address) throw error;
    return null;
  });
  if (found) {
    // What cannot be tuned is refused by settings and headers, before any weights are brought.
    await readModel(remoteFolder(found), "auto", undefined, capacity ?? undefined).catch((error: Error) => {
      throw new ConfigurationError(`model: ${error.message}`);
    });
    await bringModel(store, hubRecord(found), (file, from) => openContent(found, file, from), progress);
  } else {
    await openStored(store, key, progress);
  }
  return store.path(key);
}

function parsed<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new ConfigurationError(`model: ${(error as Error).message}`);
  }
}
