/**
 * Opening a place in this browser's IndexedDB, for the page and the worker alike. A browser that
 * denies storage, has none, or does not answer rejects with an Error: it never throws, and nobody
 * waits for it without end. Not for what is kept.
 */

import { createStore, type UseStore } from "idb-keyval";

/** Milliseconds that one request may take; a checkpoint of a whole model takes seconds. */
const LONGEST = 60_000;

const stores = new Map<string, UseStore>();

/** The one store of a database, made where there is none; requests to it reject as said above. */
export function openStore(database: string, name: string): UseStore {
  const known = stores.get(database);
  if (known) return known;
  const open = createStore(database, name);
  // Chrome throws in `indexedDB.open` where a site may keep no data: within `async` it rejects.
  const store: UseStore = async (mode, request) => inTime(open(mode, request));
  stores.set(database, store);
  return store;
}

async function inTime<T>(request: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it has not answered for ${LONGEST / 1000} s`)), LONGEST);
  });
  try {
    return await Promise.race([request, late]);
  } finally {
    clearTimeout(timer);
  }
}
