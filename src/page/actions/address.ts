/**
 * Keeps what is chosen in the address, so that a reload and a link find it. What a link does not
 * name is beside it (`entry.ts`).
 */

import { isLinked, isOfNewerStudio, toFragment } from "../store/link";
import type { LinkedGround, LinkedModel } from "../store/linked-ground";
import { ownFiles } from "../store/own-files";
import type { StudioState } from "../store/state";
import { useStudio } from "../store/store";
import { type Entry, writeEntry } from "./entry";

/**
 * Starts to keep the address in step, and to heed one that is put in its place. Returns what ends
 * it.
 */
export function followAddress(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hadRuns = false;
  const write = () => {
    clearTimeout(timer);
    const state = useStudio.getState();
    hadRuns ||= state.methods.runs.length > 0;
    // The last run that was removed must not come back with a reload.
    if (hadRuns) writeAddress(state);
  };
  const end = useStudio.subscribe(({ data, model, methods, training }, before) => {
    const isOther =
      data.summary !== before.data.summary ||
      data.awaited !== before.data.awaited ||
      model.summary !== before.model.summary ||
      model.awaited !== before.model.awaited;
    if (isOther) write();
    else if (methods.runs !== before.methods.runs || training.settings !== before.training.settings) {
      clearTimeout(timer);
      // Browsers allow some hundred changes a minute: not one for every key that is pressed.
      timer = setTimeout(write, 300);
    }
  });
  const onAddress = () => {
    // While it trains the browser asks, and whoever stays keeps the address that was there.
    if (window.location.hash.startsWith("#c=")) window.location.reload();
  };
  window.addEventListener("hashchange", onAddress);
  return () => {
    clearTimeout(timer);
    end();
    window.removeEventListener("hashchange", onAddress);
  };
}

/**
 * Copies the address with what is chosen now. Rejects with the browser's error where it does not
 * let the page.
 */
export async function copyLink(): Promise<void> {
  writeAddress(useStudio.getState());
  await navigator.clipboard.writeText(window.location.href);
}

function writeAddress(state: StudioState): void {
  const { methods, training, data } = state;
  if (!training.settings) return;
  const { hash } = window.location;
  if (isOfNewerStudio(hash)) return;
  const { runs, descriptions, suggested } = methods;
  const { folder, ...ground } = groundOf(state);
  const fragment = toFragment(runs, training.settings, descriptions, ground, suggested);
  const awaited = data.awaited?.files ?? [];
  const open = ownFiles(data);
  const files = [...open, ...awaited.filter(({ role }) => !open.some((one) => one.role === role))];
  const changes = ground.data?.changes ?? [];
  const entry: Entry = { files, folder, ...(changes.length > 0 && !isLinked(changes) && { changes: [...changes] }) };
  if (hash === fragment && JSON.stringify(window.history.state) === JSON.stringify(entry)) return;
  writeEntry(fragment, entry);
}

/** Of the base model that is open, or was before the engine was started again. */
let lastModel: { linked: LinkedModel | null; folder: string | null } | null = null;

/** Data and base model that are open, or else those that are awaited. */
function groundOf({ data, model }: StudioState): LinkedGround & { folder: string | null } {
  const { summary, sample, awaited } = data;
  const linked = summary ? { ...summary.settings, sample: sample?.id ?? null } : awaited?.linked;
  if (model.summary) {
    const { source, precision } = model.summary;
    const folder = source.startsWith("dir:") ? source.slice("dir:".length) : null;
    lastModel = { linked: folder === null ? { source, precision } : null, folder };
  }
  const known = model.summary ? lastModel : (model.awaited ?? lastModel);
  return { ...(linked && { data: linked }), ...(known && { model: known.linked }), folder: known?.folder ?? null };
}
