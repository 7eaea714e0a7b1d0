/**
 * How often the test rows of a file have been read, kept in this browser's storage: every look at
 * them makes the next result a little less of a surprise. Not for what is seen.
 */

import { createStore, get, set, type UseStore } from "idb-keyval";

let opened: UseStore | null = null;

/**
 * Counts one more look. Resolves to how many there have been, this one included; null where the
 * browser keeps nothing.
 * @param fingerprint of the file that the test rows are from
 */
export async function countLook(fingerprint: string): Promise<number | null> {
  try {
    opened ??= createStore("sk-tuning-studio-looks", "looks");
    const looks = ((await get<number>(fingerprint, opened)) ?? 0) + 1;
    await set(fingerprint, looks, opened);
    return looks;
  } catch {
    return null;
  }
}
