/** The fixtures' model and adapter folders as bytes, and a folder over bytes. */

import { readdir, readFile } from "node:fs/promises";

export type Files = Readonly<Record<string, Uint8Array>>;

/** Files of a folder, by name. */
export async function filesOf(folder: string, names?: readonly string[]): Promise<Files> {
  const all = (await readdir(folder)).filter((name) => names === undefined || names.includes(name));
  return Object.fromEntries(
    await Promise.all(all.map(async (name) => [name, await readFile(`${folder}/${name}`)] as const)),
  );
}

export const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
export const bytesOf = (text: string) => new TextEncoder().encode(text);
