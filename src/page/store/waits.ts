/** What is being waited for: what the worker's progress events do to the waits that are open. */

import type { ProgressEvent, StudioEvent } from "../../worker/api";
import type { StudioState, Wait, WaitsSlice } from "./state";
import { expectEnding } from "./time-left";

/** Milliseconds before which a rate says nothing. */
const SOONEST = 1000;

/**
 * The slice after a batch of events; the same one where none is about a wait. What has not begun,
 * or has ended already, is not opened again.
 * @param now milliseconds, for rates
 */
export function applyProgress(slice: WaitsSlice, events: readonly StudioEvent[], now: number): WaitsSlice {
  let { open } = slice;
  for (const event of events) {
    if (event.type !== "progress") continue;
    if (event.phase === "begin") open = [...open, { event, since: now, startedAtDone: event.done, ending: null }];
    else if (event.phase === "end") open = open.filter((wait) => wait.event.id !== event.id);
    else open = open.map((wait) => (wait.event.id === event.id ? goneOn(wait, event, now) : wait));
  }
  return open === slice.open ? slice : { open };
}

function goneOn(wait: Wait, event: ProgressEvent, now: number): Wait {
  const done = event.done - wait.startedAtDone;
  const elapsed = now - wait.since;
  if (event.total === null || done <= 0 || elapsed < SOONEST) return { ...wait, event };
  const left = ((event.total - event.done) * elapsed) / done;
  return { ...wait, event, ending: expectEnding(wait.ending, left, now) };
}

/** The wait that began last, within the others perhaps; null where nothing is waited for. */
export function shownWait({ waits }: Pick<StudioState, "waits">): Wait | null {
  return waits.open.at(-1) ?? null;
}
