/**
 * How often the test rows of a file have been read, kept in this browser's storage: every look at
 * them makes the next result a little less of a surprise. Not for what is seen.
 */

import { get, set } from "idb-keyval";
import { openStore } from "../storage/open-store";

const store = openStore("sk-tuning-studio-looks", "looks");

/** `changesKey` of no changes. */
const NONE = "[]";

export interface Looks {
  /** How many there have been, the last one included. */
  readonly looks: number;
  /** Whether test rows have been relabelled or left out since the first. */
  readonly changedSince: boolean;
}

/** Beside a file's count: the changes at its first look, where there were some. */
const firstChanges = (fingerprint: string) => `${fingerprint} first changes`;

/**
 * Counts one more look; resolves to null where the browser keeps nothing.
 * @param fingerprint of the file that the test rows are from
 * @param changes the changes of test rows, as `changesKey` has them
 */
export async function countLook(fingerprint: string, changes: string): Promise<Looks | null> {
  try {
    const looks = ((await get<number>(fingerprint, store)) ?? 0) + 1;
    await set(fingerprint, looks, store);
    if (looks === 1 && changes !== NONE) await set(firstChanges(fingerprint), changes, store);
    const first = (await get<string>(firstChanges(fingerprint), store)) ?? NONE;
    return { looks, changedSince: first !== changes };
  } catch {
    return null;
  }
}
