/**
 * Finished comparisons and their adapters, kept in this browser's IndexedDB so that a reload loses
 * nothing.
 */

import { createStore, del, entries, get, set, type UseStore } from "idb-keyval";
import { type CurvesSnapshot, createCurves, snapshotCurves } from "../curves/run-curves";
import { isEnded } from "./phase";
import type { Comparison, RunRecord } from "./state";

const version = 2;
/** Older comparisons than this many are dropped. */
export const keptComparisons = 8;
/** Adapters above this size are not kept: full fine-tuning writes whole models. */
export const largestKeptAdapter = 64e6;

type SavedRun = Omit<RunRecord, "curves"> & { curves: CurvesSnapshot };
interface SavedComparison extends Omit<Comparison, "runs"> {
  version: number;
  runs: SavedRun[];
}

const stores = new Map<string, UseStore>();

function store(name: "comparisons" | "adapters"): UseStore {
  const known = stores.get(name);
  if (known) return known;
  const opened = createStore(`sk-tuning-studio-${name}`, name);
  stores.set(name, opened);
  return opened;
}

const comparisons = () => store("comparisons");
const adapters = () => store("adapters");

/** Writes a comparison as it stands. */
export async function saveComparison(comparison: Comparison): Promise<void> {
  const saved: SavedComparison = {
    ...comparison,
    version,
    runs: comparison.runs.map((run) => ({ ...run, curves: snapshotCurves(run.curves) })),
  };
  await set(comparison.id, saved, comparisons());
}

/**
 * All saved comparisons, newest first; one that was running when the page closed counts as stopped.
 */
export async function loadComparisons(): Promise<Comparison[]> {
  const all = await entries<string, SavedComparison>(comparisons());
  const readable = all.map(([, saved]) => saved).filter((saved) => saved.version === version);
  readable.sort((a, b) => b.startedAt - a.startedAt);
  await Promise.all(readable.slice(keptComparisons).map(forgetComparison));
  return readable.slice(0, keptComparisons).map(({ version: _, ...saved }) => {
    const ended = saved.endedAt !== null;
    return {
      ...saved,
      state: ended ? saved.state : "stopped",
      reason: ended ? saved.reason : "the page was closed while it ran",
      runs: saved.runs.map((run) => ({
        ...run,
        curves: createCurves(run.curves),
        state: isEnded(run.state) ? run.state : "stopped",
      })),
    };
  });
}

/** Removes a comparison and its adapters. */
export async function forgetComparison(comparison: { id: string; runs: { key: string }[] }): Promise<void> {
  await del(comparison.id, comparisons());
  await Promise.all(comparison.runs.map((run) => del(run.key, adapters())));
}

/** Keeps a run's zip; false when it is too large to keep. */
export async function saveAdapter(key: string, zip: Blob): Promise<boolean> {
  if (zip.size > largestKeptAdapter) return false;
  await set(key, zip, adapters());
  return true;
}

export async function loadAdapter(key: string): Promise<Blob | null> {
  return (await get<Blob>(key, adapters())) ?? null;
}
