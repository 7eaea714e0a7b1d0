/**
 * How often the test rows of a file have been read, kept in this browser's storage: every look at
 * them makes the next result a little less of a surprise. Not for what is seen.
 */

import { createStore, get, set, type UseStore } from "idb-keyval";

let opened: UseStore | null = null;

export interface Looks {
  /** How many there have been, the last one included. */
  readonly looks: number;
  /** Whether test rows have been relabelled or left out since the first. */
  readonly changedSince: boolean;
}

/** What is kept of a file; earlier studios kept the number alone, when no row could be changed. */
type Kept = number | { readonly looks: number; readonly firstChanges: string };

/**
 * Counts one more look; resolves to null where the browser keeps nothing.
 * @param fingerprint of the file that the test rows are from
 * @param changes the changes of test rows, as JSON
 */
export async function countLook(fingerprint: string, changes: string): Promise<Looks | null> {
  try {
    opened ??= createStore("sk-tuning-studio-looks", "looks");
    const kept = (await get<Kept>(fingerprint, opened)) ?? { looks: 0, firstChanges: changes };
    const { looks, firstChanges } = typeof kept === "number" ? { looks: kept, firstChanges: "[]" } : kept;
    await set(fingerprint, { looks: looks + 1, firstChanges }, opened);
    return { looks: looks + 1, changedSince: firstChanges !== changes };
  } catch {
    return null;
  }
}
