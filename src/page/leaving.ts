/** Asks before a page is left that still trains. */

import { isBusy, useStudio } from "./store/store";

/** Starts to ask; returns what ends it. */
export function askBeforeLeaving(): () => void {
  const onLeave = (event: BeforeUnloadEvent) => {
    if (isBusy(useStudio.getState())) event.preventDefault();
  };
  window.addEventListener("beforeunload", onLeave);
  return () => window.removeEventListener("beforeunload", onLeave);
}
