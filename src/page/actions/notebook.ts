/**
 * What the notebook does with comparisons that are kept: showing one, beginning another from its
 * settings, writing them into a file and reading such a file. Loaded when the notebook is opened.
 * Removing them is removal.ts.
 */

import { messageOf } from "../../errors/message-of";
import { dataSettings } from "../../plan/data-configuration";
import { formats, withVersion } from "../../versions/versions";
import { MOST_BYTES, readNotebook, writeNotebook } from "../kept/notebook-file";
import { formatBytes, formatPlural } from "../numbers";
import { type Kept, knownIds, nameOf, putIn, readKept } from "../store/notebook";
import { loadComparison } from "../store/session";
import type { Comparison, NotebookEntry, OwnFile } from "../store/state";
import { allComparisons, patch, useStudio } from "../store/store";
import { studio } from "../worker";
import { showEnded } from "./compare";
import { openSample, readNextAs } from "./data";
import { takeConfiguration } from "./drafts";
import { agreeWithKept } from "./interrupted";
import { openModel } from "./model";
import { readStorage, refreshNotebook } from "./notebook-list";
import { isRemembered, openRemembered } from "./remembered";
import { showRuns, showStep } from "./ui";
import { refusesWhileRunning } from "./while-running";

/**
 * A comparison with its curves: as this page has it, else as it is kept. Rejects with an Error
 * where it cannot be read any more.
 */
export async function readComparison(id: string): Promise<Comparison> {
  const known = allComparisons(useStudio.getState()).find((comparison) => comparison.id === id);
  const comparison = known ?? (await loadComparison(id));
  if (!comparison) throw new Error("It is not kept any more: another tab may have removed it.");
  return comparison;
}

/** Shows a comparison's curves, verdict and table in place of those on the page. */
export async function openKept(id: string): Promise<void> {
  const { current } = useStudio.getState().comparison;
  if (current?.id !== id) {
    if (refusesWhileRunning("The comparison")) return;
    try {
      showEnded(await readComparison(id));
    } catch (error) {
      patch("ui", { notice: { kind: "error", text: `The comparison was not opened. ${messageOf(error)}` } });
      return;
    }
    // One that was stopped goes on from the steps that were kept, if any were.
    if (useStudio.getState().comparison.current?.detached) await agreeWithKept().catch(() => {});
  }
  patch("ui", { notebook: false });
  requestAnimationFrame(() => document.getElementById("results")?.scrollIntoView({ block: "start" }));
}

/** Shows one comparison, and the runs of another in the same charts. */
export async function openBoth(first: string, second: string): Promise<void> {
  await openKept(first);
  if (useStudio.getState().comparison.current?.id !== first) return;
  const other = await readComparison(second);
  const { past } = useStudio.getState().comparison;
  if (!past.some(({ id }) => id === second)) {
    patch("comparison", { past: [...past, other].sort((a, b) => b.startedAt - a.startedAt) });
  }
  showRuns(
    other.runs.map(({ key }) => key),
    true,
  );
}

/**
 * Puts a comparison's settings where the next one is chosen, with its base model and data where
 * they are here; the page says what is not.
 */
export async function sameWith(entry: NotebookEntry): Promise<void> {
  const { configuration, labels } = entry;
  if (refusesWhileRunning("The settings")) return;
  patch("ui", { notebook: false });
  const title = nameOf(entry, labels);
  try {
    await openModelOf(entry);
    await openDataOf(entry);
    const text = JSON.stringify(withVersion(formats.configuration, configuration));
    const said = await takeConfiguration(await studio().parseConfiguration(new TextEncoder().encode(text)));
    const taken = `These are the settings of “${title}”: change what you like, then compare.`;
    patch("ui", { notice: { kind: "info", text: [taken, ...said].join(" ") } });
    showStep("methods");
  } catch (error) {
    const text = `The settings of “${title}” were not taken over. ${messageOf(error)}`;
    patch("ui", { notice: { kind: "error", text } });
  }
}

async function openModelOf({ configuration: { model, precision } }: NotebookEntry): Promise<void> {
  const { summary, listings } = useStudio.getState().model;
  if (summary?.source === model || !listings.some(({ source }) => source === model)) return;
  await openModel(model, precision);
}

/**
 * A sample, or files that this browser remembers; other files are read as they were once opened.
 */
async function openDataOf({ configuration: { data }, dataTitle, dataFiles }: NotebookEntry): Promise<void> {
  const { samples, sample, summary, remembered } = useStudio.getState().data;
  const own = samples.find(({ file, title }) => file === data.train && title === dataTitle);
  const train = dataFiles?.[0];
  if (own) {
    if (sample?.id !== own.id) await openSample(own.id);
    return;
  }
  if (summary?.train.file === data.train && sample === null) return;
  const file: OwnFile | null = train ? { role: "train", fingerprint: null, ...train } : null;
  if (file && remembered && isRemembered([file], remembered)) await openRemembered();
  if (useStudio.getState().data.summary?.train.file === data.train) return;
  readNextAs({ test: null, ...dataSettings(data) });
}

/** The file with these comparisons; rejects with an Error where it cannot be made. */
export async function exportNotebook(ids: readonly string[], withAdapters: boolean): Promise<Blob> {
  const kept = await readKept(ids);
  return writeNotebook(withAdapters ? kept : { ...kept, adapters: [] }, new Date());
}

/**
 * Keeps what a notebook's file holds and is not here yet. Resolves to what came of it, in
 * sentences. Rejects with an Error that names the file; then nothing of it was kept.
 */
export async function importNotebook(file: File): Promise<string> {
  try {
    if (file.size > MOST_BYTES) {
      throw new Error(`It has ${file.size} bytes, but at most ${MOST_BYTES} can be read.`);
    }
    const read = readNotebook(new Uint8Array(await file.arrayBuffer()));
    const known = await knownIds(read.records.map(([id]) => id));
    const added = without(read, known);
    await putIn(added);
    await refreshNotebook();
    return inWords(file.name, added, known.size);
  } catch (error) {
    await readStorage();
    throw new Error(`${file.name} was not imported, and nothing of it was kept. ${whyNotKept(error)}`);
  }
}

function without(kept: Kept, known: ReadonlySet<string>): Kept {
  return {
    records: kept.records.filter(([id]) => !known.has(id)),
    labels: kept.labels.filter(([id]) => !known.has(id)),
    adapters: kept.adapters.filter(([run]) => !known.has(run.slice(0, run.indexOf("/")))),
    sources: [],
  };
}

function inWords(name: string, { records, adapters }: Kept, known: number): string {
  const zips = adapters.length === 0 ? "" : ` and ${formatPlural(adapters.length, "adapter")}`;
  const came = records.length === 0 ? "Nothing new" : `${formatPlural(records.length, "comparison")}${zips}`;
  const said = [`${came} came from ${name}.`];
  if (known === 1) said.push("One was here already and stayed as it was.");
  if (known > 1) said.push(`${known} were here already and stayed as they were.`);
  return said.join(" ");
}

/** A full disk is said with what is stored and allowed. */
function whyNotKept(error: unknown): string {
  if (!(error instanceof DOMException) || error.name !== "QuotaExceededError") return messageOf(error);
  const { storage } = useStudio.getState().notebook;
  const figures = storage ? `: ${formatBytes(storage.used)} of ${formatBytes(storage.allowed)} are taken` : "";
  return `This browser's storage for the page is full${figures}. Remove comparisons or stored models, then import it again.`;
}
