/**
 * Which names of encodings the platform knows, and what is text in one. Not for reading
 * (`decode.ts`).
 */

/** Beginnings of files that are looked at. */
const HEAD_BYTES = 4 * 2 ** 20;

/** Whether the platform can read text in an encoding of this name. */
export function isEncoding(name: string): boolean {
  try {
    new TextDecoder(name);
    return true;
  } catch {
    return false;
  }
}

/** Whether the file's beginning is UTF-8, with more in it than ASCII. */
export async function isUtf8(file: Blob): Promise<boolean> {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  return bytes.some((byte) => byte > 127) && textIn(bytes, "utf-8") !== null;
}

/** Null where the bytes are no text of it; one that is cut at their end counts. */
export function textIn(bytes: Uint8Array, encoding: string): string | null {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    // Control characters stand in no text.
    return /[\u0080-\u009f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
