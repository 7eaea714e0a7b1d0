/**
 * Whether the page is one column. Then what is read first stands first in the document too, so that
 * eye, keyboard and screen reader go the same way.
 */

import { useSyncExternalStore } from "react";

/** As the rules of App.css and CompareBar.css have it. */
const query = window.matchMedia("(max-width: 1080px)");

export function isNarrow(): boolean {
  return query.matches;
}

export function useNarrow(): boolean {
  return useSyncExternalStore((onChange) => {
    query.addEventListener("change", onChange);
    return () => query.removeEventListener("change", onChange);
  }, isNarrow);
}
