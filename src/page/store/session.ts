/**
 * Finished comparisons and their adapters, kept in this browser's IndexedDB so that a reload loses
 * nothing.
 */

import { createStore, del, entries, get, set, type UseStore } from "idb-keyval";
import { isEnded } from "../../plan/phase";
import { formats, migrate, NewerVersionError, withVersion } from "../../versions/versions";
import { type CurvesSnapshot, createCurves, snapshotCurves } from "../curves/run-curves";
import type { Comparison, RunRecord } from "./state";

/** Older comparisons than this many are dropped. */
export const keptComparisons = 8;
/** Adapters above this size are not kept: full fine-tuning writes whole models. */
const largestKeptAdapter = 64e6;

type SavedRun = Omit<RunRecord, "curves"> & { curves: CurvesSnapshot };
interface SavedComparison extends Omit<Comparison, "runs"> {
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

/** A comparison as it is stored. */
export function savedRecord(comparison: Comparison): SavedComparison & { version: number } {
  return withVersion(formats.session, {
    ...comparison,
    runs: comparison.runs.map((run) => ({ ...run, curves: snapshotCurves(run.curves) })),
  });
}

/** Writes a comparison as it stands. */
export async function saveComparison(comparison: Comparison): Promise<void> {
  await set(comparison.id, savedRecord(comparison), comparisons());
}

/**
 * The readable ones of stored records, newest first, and what to say where a newer studio made
 * some, else null. Those older than the oldest that can be read are passed over.
 */
export function readRecords(records: readonly unknown[]): { readable: SavedComparison[]; problem: string | null } {
  const readable: SavedComparison[] = [];
  let problem: string | null = null;
  for (const record of records) {
    try {
      readable.push(migrate(formats.session, record) as SavedComparison);
    } catch (error) {
      if (error instanceof NewerVersionError) problem = `${error.message} It stays kept until then.`;
    }
  }
  readable.sort((a, b) => b.startedAt - a.startedAt);
  return { readable, problem };
}

/**
 * A stored comparison as it is shown; one that was running when the page closed counts as stopped.
 */
export function openRecord(saved: SavedComparison): Comparison {
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
}

/**
 * All saved comparisons, newest first, and what to say where some were made by a newer studio:
 * these stay stored.
 */
export async function loadComparisons(): Promise<{ past: Comparison[]; problem: string | null }> {
  const all = await entries<string, unknown>(comparisons());
  const { readable, problem } = readRecords(all.map(([, record]) => record));
  await Promise.all(readable.slice(keptComparisons).map(forgetComparison));
  return { past: readable.slice(0, keptComparisons).map(openRecord), problem };
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
