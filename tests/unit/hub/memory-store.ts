/**
 * A FileStore in memory, for Node, where there is no OPFS. The browser's own is tested end to end.
 */

import type { FileStore } from "../../../src/hub/file-store";

export class MemoryStore implements FileStore {
  readonly content = new Map<string, Map<string, Uint8Array<ArrayBuffer>>>();

  /** Bytes that may still be stored; null where that is not told. */
  left: number | null = null;

  async room() {
    return this.left === null ? null : { bytes: this.left, where: "the memory", instead: "Get more." };
  }

  async folders(): Promise<string[]> {
    return [...this.content.keys()];
  }

  async files(folder: string): Promise<Map<string, number>> {
    return new Map([...(this.content.get(folder) ?? [])].map(([name, bytes]) => [name, bytes.length]));
  }

  async read(folder: string, file: string): Promise<Blob | null> {
    const bytes = this.content.get(folder)?.get(file);
    return bytes ? new Blob([bytes]) : null;
  }

  async append(folder: string, file: string, from: number) {
    const files = this.content.get(folder) ?? new Map<string, Uint8Array<ArrayBuffer>>();
    this.content.set(folder, files);
    files.set(file, (files.get(file) ?? new Uint8Array(0)).slice(0, from));
    return {
      write(bytes: Uint8Array) {
        const before = files.get(file)!;
        const joined = new Uint8Array(before.length + bytes.length);
        joined.set(before);
        joined.set(bytes, before.length);
        files.set(file, joined);
      },
      close() {},
    };
  }

  async remove(folder: string, file?: string): Promise<void> {
    if (file === undefined) this.content.delete(folder);
    else this.content.get(folder)?.delete(file);
  }
}
