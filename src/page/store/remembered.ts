/**
 * Files of one's own that stay in this browser's storage when a person asks for it, for the next
 * visit. Nothing is kept by itself. Requests reject where the browser keeps nothing.
 */

import { del, get, set } from "idb-keyval";
import { openStore } from "../../storage/open-store";
import type { TableFiles } from "../../worker/api";
import type { OwnFile } from "./state";

/** A file with what is known of it. */
export interface KeptFile extends OwnFile {
  content: TableFiles;
}

const store = openStore("sk-tuning-studio-remembered", "files");

/** There is one set: the files that were open together. */
const KEY = "files";

export function saveRemembered(files: readonly KeptFile[]): Promise<void> {
  return set(KEY, files, store);
}

/** Null where none are kept. */
export async function loadRemembered(): Promise<KeptFile[] | null> {
  return (await get<KeptFile[]>(KEY, store)) ?? null;
}

export function forgetRemembered(): Promise<void> {
  return del(KEY, store);
}
