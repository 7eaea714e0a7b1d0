/** Going through a store one entry at a time, so that a large one is never in memory at once. */

import type { UseStore } from "idb-keyval";

/** Calls `visit` with every key and value, in the order of the keys. */
export function eachEntry(store: UseStore, visit: (key: string, value: unknown) => void): Promise<void> {
  return store(
    "readonly",
    (objects) =>
      new Promise((resolve, reject) => {
        const request = objects.openCursor();
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const cursor = request.result;
          if (!cursor) return resolve();
          try {
            visit(String(cursor.key), cursor.value);
            cursor.continue();
          } catch (error) {
            reject(error);
          }
        };
      }),
  );
}
