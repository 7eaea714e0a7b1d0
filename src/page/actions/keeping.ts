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
import { allComparisons, patch, patchComparison, useStudio } from "../store/store";
import { studio } from "../worker";
import { openedSources } from "./data";

/** Saves the comparison that was saved last; each has its own, so that none skips another's end. */
let saving = { id: "", save: newestOnly(async (_: Comparison) => {}) };

/** Writes a comparison as it stands; default: the current one. */
export async function keepSession(id?: string): Promise<void> {
  const state = useStudio.getState();
  const current = id === undefined ? state.comparison.current : allComparisons(state).find((one) => one.id === id);
  if (!current) return;
  if (isEnded(current.state) && !hasCurves(current)) {
    await orSay(current.id, () => forgetComparison(current));
    forgetRefusals([current.id]);
    return;
  }
  if (saving.id !== current.id) {
    const save = newestOnly((comparison: Comparison) =>
      saveComparison(comparison, elapsedOf(comparison, performance.now())),
    );
    saving = { id: current.id, save };
  }
  await orSay(current.id, () => saving.save(current));
}

/** Keeps what the open rows were read from for as long as the current comparison may go on. */
export async function keepSources(): Promise<void> {
  const { current } = useStudio.getState().comparison;
  if (current) await orSay(sourcesOf(current.id), () => saveSources(current.id, openedSources()));
}

/** Removes what only a comparison that goes on needs. */
export async function dropSources(id: string | undefined): Promise<void> {
  if (id !== undefined) await orSay(sourcesOf(id), () => forgetSources(id));
}

/**
 * Keeps the adapter of a run that has ended, so that it can be downloaded after a reload or another
 * comparison.
 * @param own the zip where there is one already; null: what the worker exports
 */
export async function keepAdapter(name: string, own: Blob | null = null): Promise<void> {
  const { current } = useStudio.getState().comparison;
  const run = current?.runs.find((candidate) => candidate.name === name);
  if (!current || !run) return;
  let zip: Blob;
  try {
    zip = own ?? (await studio().exportRun(name));
  } catch {
    // Its download says why, where somebody asks for it.
    return;
  }
  if (!(await orSay(run.key, () => saveAdapter(run.key, zip)))) return;
  // Another may be shown by now.
  patchComparison(current.id, ({ runs, ...comparison }) => ({
    ...comparison,
    runs: runs.map((one) => (one.key === run.key ? { ...one, saved: true } : one)),
  }));
  await keepSession(current.id);
}

/** A comparison's rows among what was refused. */
const sourcesOf = (id: string) => `${id} sources`;

/**
 * Says what was refused until that very thing is kept: another that is small may still find room.
 * Resolves to whether it was kept.
 * @param what its key in storage
 */
export async function orSay(what: string, work: () => Promise<void>): Promise<boolean> {
  const problem = await work().then(() => null, messageOf);
  const { [what]: before, ...others } = useStudio.getState().storage.results;
  if (problem !== null) patch("storage", { results: { ...others, [what]: problem } });
  else if (before !== undefined) patch("storage", { results: others });
  return problem === null;
}

/** Of comparisons that are removed nothing is to be kept any more. */
export function forgetRefusals(ids: readonly string[]): void {
  const { results } = useStudio.getState().storage;
  const left = Object.entries(results).filter(([what]) => !ids.some((id) => what.startsWith(id)));
  patch("storage", { results: Object.fromEntries(left) });
}
