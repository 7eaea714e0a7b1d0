/**
 * A zip with one folder, written piece by piece into a Blob: nothing is compressed, and no file is
 * held whole.
 */

import { Zip, ZipPassThrough } from "fflate";

/** What the format without its 64-bit extension can address. */
export const MAX_ZIP_BYTES = 2 ** 32 - 2 ** 20;

export function zipStream(folder: string) {
  const parts: Blob[] = [];
  let failure: Error | null = null;
  let file: ZipPassThrough | null = null;
  const zip = new Zip((error, bytes) => {
    failure ??= error;
    // A Blob of its own lets the browser move the piece out of memory.
    if (bytes) parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  });
  return {
    begin(name: string): void {
      file = new ZipPassThrough(`${folder}/${name}`);
      zip.add(file);
    },
    piece: (bytes: Uint8Array<ArrayBuffer>): void => void file!.push(bytes),
    end: (): void => void file!.push(new Uint8Array(0), true),
    /** Throws what went wrong while writing. */
    finish(): Blob {
      zip.end();
      if (failure) throw failure;
      return new Blob(parts, { type: "application/zip" });
    },
  };
}
