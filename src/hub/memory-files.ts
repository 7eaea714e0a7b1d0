/** Files that last as long as the page, for what is opened at once: a data set's, of the Hub. */

import type { FileStore, FileWriter, Room } from "./file-store";

export class MemoryFiles implements FileStore {
  readonly #folders = new Map<string, Map<string, Blob>>();

  async folders(): Promise<string[]> {
    return [...this.#folders.keys()];
  }

  async files(folder: string): Promise<Map<string, number>> {
    return new Map([...(this.#folders.get(folder) ?? [])].map(([name, { size }]) => [name, size]));
  }

  async read(folder: string, file: string): Promise<Blob | null> {
    return this.#folders.get(folder)?.get(file) ?? null;
  }

  async append(folder: string, file: string, from: number): Promise<FileWriter> {
    const files = this.#folders.get(folder) ?? new Map<string, Blob>();
    this.#folders.set(folder, files);
    const pieces: BlobPart[] = [(files.get(file) ?? new Blob([])).slice(0, from)];
    return {
      write: (bytes) => void pieces.push(bytes.slice()),
      close: () => void files.set(file, new Blob(pieces)),
    };
  }

  async remove(folder: string, file?: string): Promise<void> {
    if (file === undefined) this.#folders.delete(folder);
    else this.#folders.get(folder)?.delete(file);
  }

  /** Not told: memory has no such number. */
  async room(): Promise<Room | null> {
    return null;
  }
}
