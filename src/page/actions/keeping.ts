/**
 * Keeping comparisons and adapters in this browser's storage. A browser that refuses loses no more
 * than what would outlive the page, and the page says so.
 */

import { messageOf } from "../../errors/message-of";
import { isEnded } from "../../plan/phase";
import { newestOnly } from "../../storage/newest-only";
import { elapsedOf } from "../store/events";
import { forgetComparison, forgetSources, hasCurves, saveAdapter, saveComparison, saveSources } from "../store/session";
import type { Comparison } from "../store/state";
import { patch, patchRun, useStudio } from "../store/store";
import { studio } from "../worker";
import { openedSources } from "./data";

/** Saves the comparison that was saved last; each has its own, so that none skips another's end. */
let saving = { id: "", save: newestOnly(async (_: Comparison) => {}) };

/** Writes the current comparison as it stands. */
export async function keepSession(): Promise<void> {
  const { current } = useStudio.getState().comparison;
  if (!current) return;
  if (isEnded(current.state) && !hasCurves(current)) {
    await orSay(() => forgetComparison(current));
    return;
  }
  if (saving.id !== current.id) {
    const save = newestOnly((comparison: Comparison) =>
      saveComparison(comparison, elapsedOf(comparison, performance.now())),
    );
    saving = { id: current.id, save };
  }
  await orSay(() => saving.save(current));
}

/** Keeps what the open rows were read from for as long as the current comparison may go on. */
export async function keepSources(): Promise<void> {
  const { current } = useStudio.getState().comparison;
  if (current) await orSay(() => saveSources(current.id, openedSources()));
}

/** Removes what only a comparison that goes on needs. */
export async function dropSources(id: string | undefined): Promise<void> {
  if (id !== undefined) await orSay(() => forgetSources(id));
}

/**
 * Keeps the adapter of a run that has ended, so that it can be downloaded after a reload or another
 * comparison.
 * @param own the zip where there is one already; null: what the worker exports
 */
export async function keepAdapter(name: string, own: Blob | null = null): Promise<void> {
  const run = useStudio.getState().comparison.current?.runs.find((candidate) => candidate.name === name);
  if (!run) return;
  let zip: Blob;
  try {
    zip = own ?? (await studio().exportRun(name));
  } catch {
    // Its download says why, where somebody asks for it.
    return;
  }
  let saved = false;
  await orSay(async () => {
    saved = await saveAdapter(run.key, zip);
  });
  if (!saved) return;
  const { current } = useStudio.getState().comparison;
  if (current?.runs.some((candidate) => candidate.key === run.key)) patchRun(name, { saved: true });
  await keepSession();
}

/** Says what was refused, until something is kept again. */
async function orSay(work: () => Promise<void>): Promise<void> {
  try {
    await work();
    if (useStudio.getState().storage.results !== null) patch("storage", { results: null });
  } catch (error) {
    patch("storage", { results: messageOf(error) });
  }
}
