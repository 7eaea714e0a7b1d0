/**
 * Comparisons and their adapters, kept in this browser's IndexedDB until somebody removes them, and
 * the files of one that runs, so that it can go on after a reload. Requests reject where the
 * browser keeps nothing. Not for going through all of them: notebook.ts.
 */

import { del, get, getMany, keys, set } from "idb-keyval";
import { isEnded } from "../../plan/phase";
import { openStore } from "../../storage/open-store";
import { formats, migrate, NewerVersionError, withVersion } from "../../versions/versions";
import type { TableFiles } from "../../worker/api";
import { type CurvesSnapshot, createCurves, snapshotCurves } from "../curves/run-curves";
import { damageOf } from "./record-schema";
import type { Comparison, RunRecord } from "./state";

/** So many of the newest are read as the page opens; of all others the notebook reads. */
const RECENT = 8;
/** Bytes above which nothing is kept: full fine-tuning writes models, and files may be huge. */
export const largestKept = 64e6;

type SavedRun = Omit<RunRecord, "curves"> & { curves: CurvesSnapshot };
export interface SavedComparison extends Omit<Comparison, "runs" | "since" | "detached"> {
  runs: SavedRun[];
  /** Milliseconds that it had taken, where it was still running; left out by earlier versions. */
  elapsed?: number;
}

/** What a comparison's rows were read from: a sample by its id, or files, one or more a part. */
export interface Sources {
  sample: string | null;
  train: TableFiles | null;
  validation: TableFiles | null;
  test: TableFiles | null;
}

export const comparisons = openStore("sk-tuning-studio-comparisons", "comparisons");
/** By run: a comparison's id, a slash, the run's name. */
export const adapters = openStore("sk-tuning-studio-adapters", "adapters");
export const sources = openStore("sk-tuning-studio-sources", "sources");

/** Whether there is anything to show of a comparison. */
export function hasCurves({ runs }: Pick<Comparison, "runs">): boolean {
  return runs.some(({ curves }) => curves.steps.length > 0 || curves.evaluations.length > 0);
}

/** A comparison as it is stored. */
export function savedRecord(
  { since: _, detached: __, ...comparison }: Comparison,
  elapsed = 0,
): SavedComparison & { version: number } {
  return withVersion(formats.session, {
    ...comparison,
    ...(comparison.endedAt === null && { elapsed }),
    runs: comparison.runs.map((run) => ({ ...run, curves: snapshotCurves(run.curves) })),
  });
}

/** Writes a comparison as it stands; `elapsed`: milliseconds that it has taken. */
export async function saveComparison(comparison: Comparison, elapsed: number): Promise<void> {
  await set(comparison.id, savedRecord(comparison, elapsed), comparisons);
}

/**
 * A stored record of any readable version as one of today's.
 * @throws Error that says where it is damaged, with both versions where it is of an older studio
 * than can be read, and as a NewerVersionError where it is of a newer one
 */
export function readRecord(record: unknown): SavedComparison {
  const migrated = migrate(formats.session, record) as SavedComparison;
  const damage = damageOf(migrated);
  if (damage !== null) throw new DamagedRecordError(damage);
  return migrated;
}

/** The message is the place of the damage. */
export class DamagedRecordError extends Error {}

/**
 * The readable ones of stored records, newest first, and what to say where a newer studio made
 * some, or some are damaged, else null. Those older than the oldest that can be read are passed
 * over.
 */
export function readRecords(records: readonly unknown[]): { readable: SavedComparison[]; problem: string | null } {
  const readable: SavedComparison[] = [];
  let problem: string | null = null;
  for (const record of records) {
    try {
      readable.push(readRecord(record));
    } catch (error) {
      if (error instanceof NewerVersionError) problem = `${error.message} It stays kept until then.`;
      if (error instanceof DamagedRecordError) {
        problem = `A comparison that this browser keeps is damaged (${error.message}), so it is not shown.`;
      }
    }
  }
  readable.sort((a, b) => b.startedAt - a.startedAt);
  return { readable, problem };
}

/**
 * A stored comparison as it is shown; one that was running when the page closed counts as stopped.
 */
export function openRecord({ elapsed = 0, ...saved }: SavedComparison): Comparison {
  const ended = saved.endedAt !== null;
  return {
    ...saved,
    endedAt: saved.endedAt ?? saved.startedAt + elapsed,
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
 * The newest of the saved comparisons, newest first, the ids of those that were running when their
 * page was closed, and what to say of those that cannot be read: these stay stored. Ids begin with
 * the time, so that their order is that in which comparisons began.
 */
export async function loadRecent(): Promise<{ past: Comparison[]; closed: string[]; problem: string | null }> {
  const ids = (await keys<string>(comparisons)).sort().reverse().slice(0, RECENT);
  const { readable, problem } = readRecords(await getMany<unknown>(ids, comparisons));
  return {
    past: readable.map(openRecord),
    closed: readable.filter(({ endedAt }) => endedAt === null).map(({ id }) => id),
    problem,
  };
}

/**
 * A saved comparison; null where there is none.
 * @throws Error where it is damaged, and with both versions where it is of a newer studio
 */
export async function loadComparison(id: string): Promise<Comparison | null> {
  const record = await get<unknown>(id, comparisons);
  if (record === undefined) return null;
  const { readable, problem } = readRecords([record]);
  if (!readable[0]) throw new Error(problem ?? "It was kept by a studio that is too old to be read by this one.");
  return openRecord(readable[0]);
}

/** Removes a comparison and its adapters. */
export async function forgetComparison(comparison: { id: string; runs: { key: string }[] }): Promise<void> {
  await del(comparison.id, comparisons);
  await forgetSources(comparison.id);
  await Promise.all(comparison.runs.map((run) => del(run.key, adapters)));
}

/** Keeps a run's zip. Rejects with an Error, with both numbers where it is too large to keep. */
export async function saveAdapter(key: string, zip: Blob): Promise<void> {
  if (zip.size > largestKept) {
    const run = key.slice(key.indexOf("/") + 1);
    throw new Error(`the adapter of "${run}" has ${zip.size} bytes, and at most ${largestKept} are kept of one`);
  }
  await set(key, zip, adapters);
}

export async function loadAdapter(key: string): Promise<Blob | null> {
  return (await get<Blob>(key, adapters)) ?? null;
}

/** Keeps what a comparison's rows were read from, where it is small enough. */
export async function saveSources(id: string, { sample, train, validation, test }: Sources): Promise<void> {
  const bytes = [train, validation, test].flat().reduce((sum, file) => sum + (file?.size ?? 0), 0);
  if (bytes <= largestKept) await set(id, { sample, train, validation, test }, sources);
}

export async function loadSources(id: string): Promise<Sources | null> {
  return (await get<Sources>(id, sources)) ?? null;
}

export function forgetSources(id: string): Promise<void> {
  return del(id, sources);
}
