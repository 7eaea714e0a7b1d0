/** A configuration file's bytes as text. Not for what the text says (`read-configuration.ts`). */

/** Bytes; a comparison of a hundred runs has some hundred thousand. */
export const LARGEST_CONFIGURATION = 16 * 2 ** 20;

/**
 * To be asked before a file is read.
 * @throws Error with both numbers where it is too large
 */
export function checkConfigurationSize(bytes: number): void {
  if (bytes <= LARGEST_CONFIGURATION) return;
  throw new Error(`It has ${bytes} bytes, and a configuration may have ${LARGEST_CONFIGURATION}.`);
}

/**
 * UTF-8, or UTF-16 as editors and shells of Windows write it, with a byte order mark or without.
 * @throws Error where it is neither
 */
export function configurationText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // Every configuration begins with a character of ASCII, of which UTF-16 leaves one byte zero.
  const isLittle = isMarked ? first === 0xff : second === 0 && first !== 0;
  const isBig = isMarked ? first === 0xfe : first === 0 && second !== 0;
  try {
    return new TextDecoder(isLittle ? "utf-16le" : isBig ? "utf-16be" : "utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("The configuration is no text in UTF-8 or UTF-16. Save it as UTF-8.");
  }
}
