/** What is being waited for: what the worker's progress events do to the waits that are open. */

import type { StudioEvent } from "../../worker/api";
import type { StudioState, Wait, WaitsSlice } from "./state";

/**
 * The slice after a batch of events; the same one where none is about a wait. What has not begun,
 * or has ended already, is not opened again.
 * @param now milliseconds, for rates
 */
export function applyProgress(slice: WaitsSlice, events: readonly StudioEvent[], now: number): WaitsSlice {
  let { open } = slice;
  for (const event of events) {
    if (event.type !== "progress") continue;
    if (event.phase === "begin") open = [...open, { event, since: now, startedAtDone: event.done }];
    else if (event.phase === "end") open = open.filter((wait) => wait.event.id !== event.id);
    else open = open.map((wait) => (wait.event.id === event.id ? { ...wait, event } : wait));
  }
  return open === slice.open ? slice : { open };
}

/** The wait that began last, within the others perhaps; null where nothing is waited for. */
export function shownWait({ waits }: Pick<StudioState, "waits">): Wait | null {
  return waits.open.at(-1) ?? null;
}
