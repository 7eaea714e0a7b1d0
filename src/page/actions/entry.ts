/**
 * What an entry of the tab's history has beside its address: the names of files of one's own, which
 * a reload asks for and a link that is shared does not name, and lists of changed rows that are too
 * long for an address.
 *
 * The tab's session has the last of them again, by address. A page that is loaded anew while its
 * address changes comes back at the address before, and browsers then give the entry no state.
 */

import * as z from "zod/mini";
import type { RowChange } from "../../worker/api";
import type { OwnFile } from "../store/state";

/** What an entry of the history holds; another page, or an earlier studio, may have written it. */
const entrySchema = z.object({
  files: z.array(
    z.object({
      role: z.enum(["train", "validation", "test"]),
      file: z.string(),
      rows: z.number(),
      bytes: z.number(),
      fingerprint: z.nullable(z.string()),
    }),
  ),
  folder: z.nullable(z.string()),
  changes: z.optional(
    z.array(
      z.object({
        row: z.number(),
        file: z.optional(z.enum(["train", "validation", "test"])),
        fingerprint: z.optional(z.string()),
        added: z.optional(z.literal(true)),
        leaveOut: z.optional(z.literal(true)),
        cells: z.optional(z.record(z.string(), z.string())),
        label: z.optional(z.string()),
        labels: z.optional(z.array(z.string())),
        number: z.optional(z.number()),
      }),
    ),
  ),
});

const keptSchema = z.array(z.object({ fragment: z.string(), entry: entrySchema }));

export interface Entry {
  files: OwnFile[];
  /** Of a base model of one's own. */
  folder: string | null;
  /** Left out where the address has them. */
  changes?: RowChange[] | undefined;
}

/** In the session's storage. */
const KEY = "entries";
/** Addresses that may change while a page that is loaded anew is on its way. */
const MOST = 8;

/** Of the address as it is; empty where nothing is known. */
export function readEntry(): Entry {
  const { success, data } = entrySchema.safeParse(window.history.state);
  if (success) return data as Entry;
  const kept = readKept().find(({ fragment }) => fragment === window.location.hash);
  return kept?.entry ?? { files: [], folder: null };
}

/** Puts an address with its entry in the place of the present one. */
export function writeEntry(fragment: string, entry: Entry): void {
  // Before the address: whichever of the two a reload comes back to is known.
  if (entry.files.length > 0 || entry.folder !== null || entry.changes) keep(fragment, entry);
  window.history.replaceState(entry, "", fragment);
}

function keep(fragment: string, entry: Entry): void {
  const others = readKept().filter((kept) => kept.fragment !== fragment);
  try {
    window.sessionStorage.setItem(KEY, JSON.stringify([{ fragment, entry }, ...others].slice(0, MOST)));
  } catch {
    // No room, or a browser that keeps nothing: the history's own entry has it.
  }
}

function readKept(): { fragment: string; entry: Entry }[] {
  try {
    const { success, data } = keptSchema.safeParse(JSON.parse(window.sessionStorage.getItem(KEY) ?? "[]"));
    return success ? (data as { fragment: string; entry: Entry }[]) : [];
  } catch {
    return [];
  }
}
