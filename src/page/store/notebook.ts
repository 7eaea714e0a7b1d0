/**
 * All comparisons that this browser keeps: what they are and how much they take, what persons say
 * of them, and taking some out or putting some in as a whole. Requests reject where the browser
 * keeps nothing. Not for one that runs: session.ts.
 */

import { delMany, entries, getMany, keys, setMany, type UseStore, update } from "idb-keyval";
import { personalDataIn } from "../../data/check/check";
import { eachEntry } from "../../storage/each-entry";
import { openStore } from "../../storage/open-store";
import { formatWhen } from "../numbers";
import { adapters, comparisons, readRecords, type SavedComparison, sources } from "./session";
import type { Labels, NotebookEntry, Unreadable } from "./state";

const labels = openStore("sk-tuning-studio-labels", "labels");

export const NO_LABELS: Labels = { name: "", notes: "", tags: [], pinned: false };

/** What a comparison is called: as somebody named it, or by its data, base model and time. */
export function nameOf(
  { dataTitle, modelName, startedAt }: Pick<NotebookEntry, "dataTitle" | "modelName" | "startedAt">,
  said: Labels = NO_LABELS,
): string {
  return said.name || `${dataTitle} · ${modelName} · ${formatWhen(startedAt)}`;
}

/** The comparison that a kept adapter is of. */
const comparisonOf = (adapter: string) => adapter.slice(0, adapter.indexOf("/"));

/** What persons say of comparisons, by their ids. */
export async function loadLabels(): Promise<Record<string, Labels>> {
  return Object.fromEntries(await entries<string, Labels>(labels));
}

/** Changes what is said of a comparison; another tab may change other fields meanwhile. */
export async function saveLabels(id: string, fields: Partial<Labels>): Promise<void> {
  await update<Labels>(id, (before) => ({ ...NO_LABELS, ...before, ...fields }), labels);
}

/** Everything that is kept, newest first; what is kept and cannot be read is listed beside it. */
export async function readNotebook(): Promise<{ entries: NotebookEntry[]; unreadable: Unreadable[] }> {
  const said = await loadLabels();
  const sizes = new Map<string, { count: number; bytes: number }>();
  await eachEntry(adapters, (key, zip) => {
    const { count, bytes } = sizes.get(comparisonOf(key)) ?? { count: 0, bytes: 0 };
    sizes.set(comparisonOf(key), { count: count + 1, bytes: bytes + storedBytes(zip) });
  });
  const files = new Map<string, number>();
  await eachEntry(sources, (id, kept) => void files.set(id, storedBytes(kept)));
  const found: NotebookEntry[] = [];
  const unreadable: Unreadable[] = [];
  await eachEntry(comparisons, (id, record) => {
    const zips = sizes.get(id) ?? { count: 0, bytes: 0 };
    const bytes = { record: storedBytes(record), adapters: zips.bytes, files: files.get(id) ?? 0 };
    const { readable, problem } = readRecords([record]);
    const comparison = readable[0];
    if (comparison) found.push({ ...entryOf(comparison), labels: said[id] ?? NO_LABELS, adapters: zips.count, bytes });
    else {
      const why = problem ?? "A comparison was kept by a studio that is too old to be read by this one.";
      unreadable.push({ id, why, bytes: bytes.record + bytes.adapters + bytes.files });
    }
  });
  return { entries: found.sort((a, b) => b.startedAt - a.startedAt), unreadable };
}

function entryOf(comparison: SavedComparison): Omit<NotebookEntry, "labels" | "adapters" | "bytes"> {
  const { id, startedAt, state, dataTitle, modelName, steps, configuration, runs, verdict } = comparison;
  const { dataFiles, identity } = comparison;
  const personalData = personalDataIn({ lines: comparison.dataCheck ?? [] })?.said;
  return {
    ...{ id, startedAt, state, dataTitle, modelName, steps, configuration },
    ...(dataFiles && { dataFiles }),
    ...(identity && { identity }),
    ...(personalData !== undefined && { personalData }),
    methods: [...new Set(runs.map(({ methodTitle }) => methodTitle))],
    runNotes: runs.flatMap(({ tags = [], note }) => [...tags, ...(note ? [note] : [])]),
    runs: runs.length,
    headline: verdict?.sentences[0] ?? null,
  };
}

/** About how many bytes something takes in storage: numbers 8, texts a byte a letter. */
export function storedBytes(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (value instanceof Blob) return value.size;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  return Object.entries(value).reduce((sum, [key, inner]) => sum + key.length + storedBytes(inner), 0);
}

/** Everything that is kept of some comparisons, as it is stored. */
export interface Kept {
  readonly records: readonly (readonly [id: string, record: unknown])[];
  readonly labels: readonly (readonly [id: string, labels: Labels])[];
  readonly adapters: readonly (readonly [run: string, zip: Blob])[];
  readonly sources: readonly (readonly [id: string, sources: unknown])[];
}

/** Which of these ids are kept. */
export async function knownIds(ids: readonly string[]): Promise<Set<string>> {
  const kept = new Set(await keys<string>(comparisons));
  return new Set(ids.filter((id) => kept.has(id)));
}

/** What is kept of these comparisons, in the order of `ids`; one that is not there is left out. */
export async function readKept(ids: readonly string[]): Promise<Kept> {
  const of = async <Value>(store: UseStore, wanted: readonly string[]) => {
    const values = await getMany<Value>([...wanted], store);
    return wanted.flatMap((key, index) => {
      const value = values[index];
      return value === undefined ? [] : [[key, value] as const];
    });
  };
  const wanted = new Set(ids);
  const zips = (await keys<string>(adapters)).filter((key) => wanted.has(comparisonOf(key)));
  return {
    records: await of(comparisons, ids),
    labels: await of<Labels>(labels, ids),
    adapters: await of<Blob>(adapters, zips),
    sources: await of(sources, ids),
  };
}

/** Removes comparisons with all that is kept of them, which is returned and can be put back. */
export async function takeOut(ids: readonly string[]): Promise<Kept> {
  const kept = await readKept(ids);
  // First: what nobody lists does not come back by itself.
  await delMany([...ids], comparisons);
  await delMany([...ids], labels);
  await delMany([...ids], sources);
  await delMany(
    kept.adapters.map(([run]) => run),
    adapters,
  );
  return kept;
}

/**
 * Keeps all of these, or, where the browser refuses any of it (a full disk), none: rejects then
 * with its error.
 */
export async function putIn(kept: Kept): Promise<void> {
  // Records last: without one nothing of a comparison is listed.
  const parts = [
    [adapters, kept.adapters],
    [sources, kept.sources],
    [labels, kept.labels],
    [comparisons, kept.records],
  ] as const;
  const done: (() => Promise<void>)[] = [];
  try {
    for (const [store, pairs] of parts) {
      if (pairs.length === 0) continue;
      await setMany(
        pairs.map(([key, value]): [string, unknown] => [key, value]),
        store,
      );
      done.push(() => delMany([...pairs.map(([key]) => key)], store));
    }
  } catch (error) {
    await Promise.all(done.map((undo) => undo().catch(() => {})));
    throw error;
  }
}
