/**
 * Files that outlast the page, in folders by name: the browser's origin private file system (OPFS).
 * Works in a worker only, where files can be written in place. Not for what the files are
 * (`stored-models.ts`).
 */

import { messageOf } from "../errors/message-of";

/** Appends to a file. Whatever was written stays, also when the page goes away before `close`. */
export interface FileWriter {
  write(bytes: Uint8Array): void;
  close(): void;
}

/**
 * The browser could not keep something, or give it back: its storage is full, was cleared or is
 * broken, or another page of the studio is writing there.
 */
export class StorageError extends Error {
  override readonly name = "StorageError";
}

export interface FileStore {
  folders(): Promise<string[]>;
  /** Sizes in bytes by name; empty where there is no such folder. */
  files(folder: string): Promise<Map<string, number>>;
  /** Null where there is no such file. */
  read(folder: string, file: string): Promise<Blob | null>;
  /**
   * Keeps the first `from` bytes of the file and appends after them.
   * @throws StorageError when another page is writing it; from `write` when the storage is full.
   */
  append(folder: string, file: string, from: number): Promise<FileWriter>;
  /** One file, or the whole folder. */
  remove(folder: string, file?: string): Promise<void>;
  /** What may still be stored; null where that is not told. */
  room(): Promise<Room | null>;
}

/** For an error: "… needs N bytes, but `where` has `bytes` left. `instead`" */
export interface Room {
  readonly bytes: number;
  readonly where: string;
  readonly instead: string;
}

/** What TypeScript's library declares for workers only: a file written in place. */
interface AccessHandle {
  truncate(bytes: number): void;
  write(bytes: Uint8Array, options: { at: number }): number;
  flush(): void;
  close(): void;
}

type WritableInPlace = FileSystemFileHandle & { createSyncAccessHandle(): Promise<AccessHandle> };

/** Where models are kept below the origin's root. */
const ROOT = "models";

class OriginPrivateFiles implements FileStore {
  readonly #root: FileSystemDirectoryHandle;

  constructor(root: FileSystemDirectoryHandle) {
    this.#root = root;
  }

  async folders(): Promise<string[]> {
    const names: string[] = [];
    for await (const [name, handle] of this.#root.entries()) {
      if (handle.kind === "directory") names.push(decodeURIComponent(name));
    }
    return names;
  }

  async room(): Promise<Room | null> {
    try {
      const { quota, usage } = await navigator.storage.estimate();
      if (quota === undefined) return null;
      const instead = "Delete stored models, or free space on the disk.";
      return { bytes: Math.max(0, quota - (usage ?? 0)), where: "the browser's storage for this page", instead };
    } catch {
      return null;
    }
  }

  async files(folder: string): Promise<Map<string, number>> {
    const sizes = new Map<string, number>();
    const directory = await this.#folder(folder);
    if (!directory) return sizes;
    for await (const [name, handle] of directory.entries()) {
      if (handle.kind === "file") sizes.set(name, (await (handle as FileSystemFileHandle).getFile()).size);
    }
    return sizes;
  }

  async read(folder: string, file: string): Promise<Blob | null> {
    try {
      const handle = await (await this.#folder(folder))?.getFileHandle(file);
      return (await handle?.getFile()) ?? null;
    } catch (error) {
      return nothingIfMissing(error);
    }
  }

  async append(folder: string, file: string, from: number): Promise<FileWriter> {
    const directory = await this.#root.getDirectoryHandle(encodeURIComponent(folder), { create: true });
    const handle = (await directory.getFileHandle(file, { create: true })) as WritableInPlace;
    let access: AccessHandle;
    try {
      access = await handle.createSyncAccessHandle();
    } catch (error) {
      if ((error as DOMException).name !== "NoModificationAllowedError") throw error;
      throw new StorageError(
        `${file} of ${folder} is being written by another page of the studio. Close it, or wait for it.`,
      );
    }
    access.truncate(from);
    let end = from;
    return {
      write(bytes) {
        let written = 0;
        try {
          written = access.write(bytes, { at: end });
        } catch (error) {
          if ((error as DOMException).name !== "QuotaExceededError") throw error;
        }
        end += written;
        if (written < bytes.byteLength) {
          throw new StorageError(
            `The browser stored only ${written} of ${bytes.byteLength} bytes of ${file}: its storage is full. ` +
              "Delete stored models you no longer need.",
          );
        }
      },
      close() {
        access.flush();
        access.close();
      },
    };
  }

  async remove(folder: string, file?: string): Promise<void> {
    try {
      if (file === undefined) await this.#root.removeEntry(encodeURIComponent(folder), { recursive: true });
      else await (await this.#folder(folder))?.removeEntry(file);
    } catch (error) {
      nothingIfMissing(error);
    }
  }

  async #folder(name: string): Promise<FileSystemDirectoryHandle | null> {
    try {
      return await this.#root.getDirectoryHandle(encodeURIComponent(name));
    } catch (error) {
      return nothingIfMissing(error);
    }
  }
}

function nothingIfMissing(error: unknown): null {
  if ((error as DOMException).name === "NotFoundError") return null;
  throw error;
}

/** The store, with whatever it throws as a StorageError: browsers have no words for people. */
export function inWords(store: FileStore): FileStore {
  return {
    room: () => store.room(),
    folders: () => store.folders().catch(refuse),
    files: (folder) => store.files(folder).catch(refuse),
    read: (folder, file) => store.read(folder, file).catch(refuse),
    remove: (folder, file) => store.remove(folder, file).catch(refuse),
    async append(folder, file, from) {
      const writer = await store.append(folder, file, from).catch(refuse);
      const said = (work: () => void) => {
        try {
          work();
        } catch (error) {
          refuse(error);
        }
      };
      return { write: (bytes) => said(() => writer.write(bytes)), close: () => said(() => writer.close()) };
    },
  };
}

function refuse(error: unknown): never {
  if (error instanceof StorageError) throw error;
  throw new StorageError(
    `This browser's storage for models cannot be used at the moment (${messageOf(error).replace(/\.$/, "")}). Reload the ` +
      "page; what is missing then is brought again.",
  );
}

/** The browser's store; null where it has none or does not allow it (some private windows). */
export async function openFileStore(): Promise<FileStore | null> {
  try {
    const origin = await navigator.storage.getDirectory();
    return inWords(new OriginPrivateFiles(await origin.getDirectoryHandle(ROOT, { create: true })));
  } catch {
    return null;
  }
}
