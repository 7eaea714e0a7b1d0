/** Removing comparisons that are kept, with their adapters, and having them back. */

import { messageOf } from "../../errors/message-of";
import { isUnfinished } from "../../plan/phase";
import { formatBytes, formatPlural } from "../numbers";
import { type Kept, nameOf, putIn, storedBytes, takeOut } from "../store/notebook";
import type { StudioState } from "../store/state";
import { allComparisons, patch, useStudio } from "../store/store";
import { forgetRefusals } from "./keeping";
import { readStorage, refreshNotebook } from "./notebook-list";

/**
 * Removes comparisons and all that is kept of them; while the notice of it stands, everything can
 * be had back. One that is running stays.
 */
export async function remove(ids: readonly string[]): Promise<void> {
  const before = useStudio.getState();
  const { current } = before.comparison;
  const wanted = ids.filter((id) => id !== current?.id || !isUnfinished(current.state));
  if (wanted.length === 0) return;
  const said = titlesOf(before, wanted);
  // At once: storage may take long.
  takeFromPage(wanted);
  let kept: Kept;
  try {
    kept = await takeOut(wanted);
  } catch (error) {
    giveBackToPage(before, wanted);
    patch("ui", { notice: { kind: "error", text: `${said} could not be removed: ${messageOf(error)}` } });
    return;
  }
  forgetRefusals(wanted);
  const bytes = [...kept.records, ...kept.adapters, ...kept.sources].reduce(
    (sum, [, one]) => sum + storedBytes(one),
    0,
  );
  const zips = kept.adapters.length === 0 ? "" : `, with ${formatPlural(kept.adapters.length, "adapter")}`;
  const text = `Removed: ${said}${zips} (${formatBytes(bytes)}).`;
  patch("ui", { notice: { kind: "info", text, undo: () => void bringBack(before, wanted, kept) } });
  // A list that was read before they were gone may have come back since.
  await (useStudio.getState().notebook.entries ? refreshNotebook() : readStorage());
}

async function bringBack(before: StudioState, ids: readonly string[], kept: Kept): Promise<void> {
  try {
    await putIn(kept);
  } catch (error) {
    const text = `${titlesOf(before, ids)} could not be put back: ${messageOf(error)}`;
    patch("ui", { notice: { kind: "error", text, undo: () => void bringBack(before, ids, kept) } });
    return;
  }
  giveBackToPage(before, ids);
  if (useStudio.getState().notebook.entries) await refreshNotebook();
}

function takeFromPage(ids: readonly string[]): void {
  const { comparison, notebook } = useStudio.getState();
  const isGone = ({ id }: { id: string }) => ids.includes(id);
  patch("comparison", {
    current: comparison.current && isGone(comparison.current) ? null : comparison.current,
    past: comparison.past.filter((one) => !isGone(one)),
  });
  patch("notebook", {
    entries: notebook.entries?.filter((entry) => !isGone(entry)) ?? null,
    unreadable: notebook.unreadable.filter((one) => !isGone(one)),
    labels: Object.fromEntries(Object.entries(notebook.labels).filter(([id]) => !isGone({ id }))),
  });
}

/** Lists again what this page had of them before they were removed. */
function giveBackToPage(before: StudioState, ids: readonly string[]): void {
  const { comparison, notebook } = useStudio.getState();
  const gone = allComparisons(before).filter(({ id }) => ids.includes(id));
  const wasCurrent =
    comparison.current === null ? gone.find(({ id }) => id === before.comparison.current?.id) : undefined;
  const past = [...comparison.past, ...gone.filter((one) => one !== wasCurrent)];
  patch("comparison", {
    current: comparison.current ?? wasCurrent ?? null,
    past: past.sort((a, b) => b.startedAt - a.startedAt),
  });
  const labels = Object.entries(before.notebook.labels).filter(([id]) => ids.includes(id));
  const entries = before.notebook.entries?.filter(({ id }) => ids.includes(id)) ?? [];
  patch("notebook", {
    labels: { ...notebook.labels, ...Object.fromEntries(labels) },
    entries: notebook.entries && [...notebook.entries, ...entries].sort((a, b) => b.startedAt - a.startedAt),
    unreadable: [...notebook.unreadable, ...before.notebook.unreadable.filter(({ id }) => ids.includes(id))],
  });
}

function titlesOf(state: StudioState, ids: readonly string[]): string {
  if (ids.length > 1) return formatPlural(ids.length, "comparison");
  const [id] = ids;
  const one =
    allComparisons(state).find((other) => other.id === id) ?? state.notebook.entries?.find((other) => other.id === id);
  return one ? `“${nameOf(one, state.notebook.labels[id!])}”` : "a comparison that could not be read";
}
