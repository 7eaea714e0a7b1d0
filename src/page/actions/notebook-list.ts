/** What the notebook lists: read from storage when it is opened, and what persons say of it. */

import { messageOf } from "../../errors/message-of";
import { isUnfinished } from "../../plan/phase";
import { readNotebook, saveLabels } from "../store/notebook";
import type { Labels, NotebookEntry } from "../store/state";
import { patch, useStudio } from "../store/store";
import { studio } from "../worker";

/** How often the list was asked for. */
let asked = 0;

/**
 * Reads all that is kept; other tabs may have changed it. What somebody removed or wrote meanwhile
 * stays: the list is then read again.
 */
export async function refreshNotebook(): Promise<void> {
  const own = ++asked;
  const { entries: known } = useStudio.getState().notebook;
  try {
    const [{ entries: read, unreadable }, open] = await Promise.all([readNotebook(), openElsewhere()]);
    // One that no tab trains was running when its page was closed.
    const entries = read.map(
      (entry): NotebookEntry =>
        isUnfinished(entry.state) && !open.includes(entry.id) ? { ...entry, state: "stopped" } : entry,
    );
    const labels = Object.fromEntries(entries.map(({ id, labels }) => [id, labels] as const));
    if (own !== asked) return;
    if (useStudio.getState().notebook.entries !== known) return refreshNotebook();
    patch("notebook", { entries, unreadable, labels, error: null });
  } catch (error) {
    patch("notebook", { error: messageOf(error) });
  }
  await readStorage();
}

/** Ids of comparisons that an open tab has, this one too. */
async function openElsewhere(): Promise<readonly string[]> {
  const kept = await studio()
    .listKept()
    .catch(() => null);
  return kept?.open ?? [];
}

/** How much this browser stores for the page, and how much it allows it to. */
export async function readStorage(): Promise<void> {
  const estimate = await navigator.storage?.estimate?.().catch(() => null);
  if (estimate?.usage === undefined || estimate.quota === undefined) return;
  patch("notebook", { storage: { used: estimate.usage, allowed: estimate.quota } });
}

/** Changes what is said of a comparison. Resolves when it is kept, or to why it was not. */
export async function label(id: string, labels: Labels): Promise<void> {
  try {
    await saveLabels(id, labels);
  } catch (error) {
    const text = `This browser did not keep what you wrote: ${messageOf(error)}`;
    patch("ui", { notice: { kind: "error", text } });
    return;
  }
  const { notebook } = useStudio.getState();
  patch("notebook", {
    labels: { ...notebook.labels, [id]: labels },
    entries: notebook.entries?.map((entry) => (entry.id === id ? { ...entry, labels } : entry)) ?? null,
  });
  // What somebody writes about is not to be cleared away when space gets short.
  void navigator.storage?.persist?.().catch(() => {});
}
