/**
 * Opening data and changing how it is read, one after another, so that no change is lost and none
 * falls on another file than it was meant for. An error leaves what was open as it is and is shown
 * beside its place. Not while a comparison runs.
 */

import { namedColumns } from "../../data/placeholders";
import { messageOf } from "../../errors/message-of";
import type { DataRole, DataSettings, DataSummary, RowChange, TableFiles, TableOptions } from "../../worker/api";
import { formatBytes, formatPlural } from "../numbers";
import type { LinkedData } from "../store/linked-ground";
import { awaitedAfter, fingerprintOf, isSameFile, ownFiles } from "../store/own-files";
import type { Sources } from "../store/session";
import type { AwaitedData, DataPlace, DataSlice, OwnFile } from "../store/state";
import { patch, useStudio } from "../store/store";
import { studio } from "../worker";
import { refusesWhileRunning } from "./while-running";

/** Files as they were opened, to read them again after a restart. */
const opened: Sources = {
  sample: null,
  train: null,
  validation: null,
  test: null,
};

/** Which row of which file. */
type RowPlace = Pick<RowChange, "file" | "row">;

/** What a shared address asks for, until a file is opened that has these columns. */
let wanted: LinkedData | null = null;

export function readNextAs(data: LinkedData): void {
  wanted = data;
}

/** The split is drawn with the training's seed. */
function seed(): number | undefined {
  return useStudio.getState().training.settings?.seed;
}

/**
 * Whether the open file has these columns, or has as many where a first row that is read as data
 * leaves them without names.
 */
export function couldHave(summary: DataSummary, { columns, header = true }: Pick<DataSettings, "columns" | "header">) {
  const numbered = summary.columns.map((_, place) => `column ${place + 1}`);
  return namedColumns(columns).every((column) => (header ? summary.columns : numbered).includes(column));
}

/** What is being done; what is asked for meanwhile waits for it. */
let doing: Promise<unknown> = Promise.resolve();
/** How many training files and samples have been opened. */
let openings = 0;

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = doing.then(work);
  doing = mine.catch(() => {});
  return mine;
}

async function readAsWanted(): Promise<void> {
  const { summary } = useStudio.getState().data;
  if (!wanted || !summary || !couldHave(summary, wanted)) return;
  // An address of a time before there were test rows asks for none.
  const { sample: _, test = null, group = null, changes = [], header = true, ...others } = wanted;
  await applySettings({ ...others, test, group, changes, header }, "columns");
  if (changes.length > 0 && useStudio.getState().data.summary?.problem !== null) {
    // Of another file, which may still be opened.
    await applySettings({ ...others, test, group, changes: [], header }, "columns");
    if (useStudio.getState().data.summary?.problem === null) {
      const rows = changes.length === 1 ? "a change of a row" : `changes of ${changes.length} rows`;
      const text = `The address has ${rows} that are not of ${summary.train.file}: they wait until their file is opened.`;
      patch("ui", { notice: { kind: "info", text } });
      return;
    }
  }
  wanted = null;
}

/** @param as how its rows are read; default: as is suggested for it */
export function openSample(id: string, as: LinkedData | null = null): Promise<void> {
  return inTurn(() => withWayBack(() => takeSample(id, as)));
}

async function takeSample(id: string, as: LinkedData | null): Promise<void> {
  const sample = useStudio.getState().data.samples.find((listing) => listing.id === id);
  if (!sample || refusesWhileRunning(sample.title)) return;
  const done = await attempt("train", sample.title, async () => {
    const summary = await studio().openSample(sample.file, seed());
    Object.assign(opened, { sample: id, train: null, validation: null, test: null });
    return { summary, sample, hub: {}, fingerprints: {}, awaited: null };
  });
  if (!done) return;
  openings++;
  if (as) wanted = as;
  await readAsWanted();
}

/**
 * Where a sample takes the place of a file of one's own, or anything that of rows that were
 * changed, it is said, and what was open can be had back with its settings.
 */
async function withWayBack(open: () => Promise<void>): Promise<void> {
  const { summary, sample, hub } = useStudio.getState().data;
  const [sources, before] = [{ ...opened }, openings];
  await open();
  const { data } = useStudio.getState();
  if (!summary || !data.summary || openings === before) return;
  const changed = summary.settings.changes?.length ?? 0;
  if (changed === 0 && (sample !== null || data.sample === null)) return;
  const titles = [data.sample?.title ?? data.summary.train.file, sample?.title ?? summary.train.file];
  const and = changed === 0 ? "" : ` and its list of ${formatPlural(changed, "changed row")}`;
  const text = `${titles[0]} is open now, in place of ${titles[1]}${and}.`;
  const undo = () => void openSources(sources, summary.settings, hub).then(() => setData(summary.settings, "settings"));
  patch("ui", { notice: { kind: "info", text, undo } });
}

/**
 * `read`: default: as the training file is; where the file is not UTF-8 and an address names an
 * encoding, in that. `hub`: as a configuration names what is of the Hub.
 */
export function openFile(file: TableFiles, role: DataRole, read: TableOptions = {}, hub?: string): Promise<void> {
  const take = () => takeFile(file, role, read, hub);
  return inTurn(role === "train" ? () => withWayBack(take) : take);
}

async function takeFile(file: TableFiles, role: DataRole, read: TableOptions, hub?: string): Promise<void> {
  const files = [file].flat();
  const { name } = files[0]!;
  if (refusesWhileRunning(name)) return;
  const { awaited } = useStudio.getState().data;
  const done = await attempt(role, name, async () => {
    const named = role === "train" ? wanted?.encoding : undefined;
    const [summary, fingerprint] = await Promise.all([
      studio().openData(file, role, seed(), named === undefined ? read : { otherwise: named, ...read }),
      fingerprintOf(files),
    ]);
    const stillAwaited =
      awaited && awaitedAfter(awaited, { role, file: summary[role]!.file, bytes: summary[role]!.bytes, fingerprint });
    if (role === "train") {
      Object.assign(opened, { sample: null, train: file, validation: null, test: null });
      return {
        summary,
        sample: null,
        hub: { train: hub },
        fingerprints: { train: fingerprint },
        awaited: stillAwaited,
      };
    }
    opened[role] = file;
    const { data } = useStudio.getState();
    const fingerprints = { ...data.fingerprints, [role]: fingerprint };
    return { summary, hub: { ...data.hub, [role]: hub }, fingerprints, awaited: stillAwaited };
  });
  if (!done) keepRefused(files);
  if (!done || role !== "train") return;
  openings++;
  sayIfAnother(awaited);
  await readAsWanted();
}

/** One file that was refused may be read in another encoding. */
function keepRefused([file, ...others]: readonly File[]): void {
  const { error } = useStudio.getState().data;
  if (error && file && others.length === 0) patch("data", { error: { ...error, file } });
}

/** Where a file has the name of the one that was open before the reload, and other content. */
function sayIfAnother(awaited: AwaitedData | null): void {
  const before = awaited?.files.find(({ role }) => role === "train");
  const now = ownFiles(useStudio.getState().data).find(({ role }) => role === "train");
  if (!before || !now || before.file !== now.file || isSameFile(before, now)) return;
  const size = ({ rows, bytes }: OwnFile) => `${formatPlural(rows, "row")}, ${formatBytes(bytes)}`;
  const text = `This ${now.file} (${size(now)}) is not the one that was open before (${size(before)}): earlier results are of that one.`;
  patch("ui", { notice: { kind: "info", text } });
}

/** Draws the rows of this part from the training file again. */
export function closeFile(role: Exclude<DataRole, "train">): Promise<void> {
  return inTurn(async () => {
    await attempt(role, null, async () => {
      const summary = await studio().closeData(role);
      opened[role] = null;
      const { hub, fingerprints } = useStudio.getState().data;
      return { summary, hub: { ...hub, [role]: undefined }, fingerprints: { ...fingerprints, [role]: null } };
    });
  });
}

/** Goes on without a validation or test file that was open before the page was loaded. */
export function goOnWithout(role: DataRole): void {
  const { awaited } = useStudio.getState().data;
  const files = awaited?.files.filter((file) => file.role !== role) ?? [];
  patch("data", { awaited: awaited && files.length > 0 ? { ...awaited, files } : null });
}

/**
 * Changes some settings of the file that is open now, or takes the training's seed over; those that
 * could not be applied stay as they were.
 */
export function setData(changes: Partial<DataSettings>, place: DataPlace): Promise<void> {
  const meant = openings;
  return inTurn(async () => {
    const isOfAnotherFile = meant !== openings && Object.keys(changes).length > 0;
    if (!isOfAnotherFile) await applySettings(changes, place);
  });
}

async function applySettings(changes: Partial<DataSettings>, place: DataPlace): Promise<void> {
  const { summary } = useStudio.getState().data;
  if (!summary) return;
  const settings = { ...summary.settings, ...changes };
  // Names of labels are of the column that they stand in.
  const isOfThese = labelColumns(settings) === labelColumns(summary.settings);
  const named = isOfThese || changes.labelNames ? settings : { ...settings, labelNames: undefined };
  await attempt(place, null, async () => ({ summary: await studio().setData(named, seed()) }));
}

/** The task and the columns that it takes labels from, to be compared. */
function labelColumns({ task, columns: { label, labels, tags } }: DataSettings): string {
  return JSON.stringify({ task, label, labels, tags });
}

function changeList(edit: (changes: readonly RowChange[]) => readonly RowChange[]): Promise<void> {
  const meant = openings;
  return inTurn(async () => {
    const { summary } = useStudio.getState().data;
    if (meant === openings) await applySettings({ changes: edit(summary?.settings.changes ?? []) }, "settings");
  });
}

const nameOf = ({ file = "train", row }: RowPlace) => `${file} ${row}`;

/** Gives a row another answer or leaves it out, in place of what was to become of it before. */
export const changeRow = (change: RowChange): Promise<void> => changeRows([change]);

/**
 * The same for several at once; `changes`: each of another row. A row that was edited or added
 * keeps its cells when it is relabelled, and one that was added is gone when it is left out.
 */
export function changeRows(changes: readonly RowChange[]): Promise<void> {
  const changed = new Set(changes.map(nameOf));
  return changeList((before) => {
    const known = new Map(before.map((change) => [nameOf(change), change]));
    const others = before.filter((other) => !changed.has(nameOf(other)));
    return [...others, ...changes.flatMap((change) => upon(known.get(nameOf(change)), change))];
  });
}

function upon(before: RowChange | undefined, change: RowChange): RowChange[] {
  if (before?.added && change.leaveOut) return [];
  const { settings } = useStudio.getState().data.summary!;
  const { label: column } = settings.columns;
  if (!before?.cells || change.label === undefined || column === undefined) return [change];
  const names = Object.entries(settings.labelNames ?? {});
  const [label] = names.find(([, name]) => name === change.label) ?? [change.label];
  return [{ ...before, cells: { ...before.cells, [column]: label } }];
}

/** The row is again what its file says. */
export function takeBackChange(place: RowPlace): Promise<void> {
  return changeList((changes) => changes.filter((change) => nameOf(change) !== nameOf(place)));
}

export function takeBackAllChanges(): Promise<void> {
  return changeList(() => []);
}

/** The list as it was, before several rows were changed at once. */
export function putBackChanges(before: readonly RowChange[]): Promise<void> {
  return changeList(() => before);
}

/** After the worker was restarted. */
export async function reopenData(): Promise<void> {
  const { summary, awaited, hub } = useStudio.getState().data;
  const settings = summary?.settings;
  await openSources({ ...opened }, settings, hub);
  patch("data", { awaited });
  if (settings) await setData(settings, "settings");
}

/** What the open rows were read from. */
export function openedSources(): Sources {
  return { ...opened };
}

type Reading = Pick<DataSettings, "header" | "encoding" | "validationEncoding" | "testEncoding">;

/**
 * Opens what was open before, without a word of what it takes the place of.
 * @param read as the files were read before
 * @param hub what of them is of the Hub
 */
export async function openSources(
  { sample, train, validation, test }: Sources,
  { header = true, encoding, validationEncoding, testEncoding }: Reading = {},
  hub: DataSlice["hub"] = {},
): Promise<void> {
  if (sample !== null) await inTurn(() => takeSample(sample, null));
  else if (train) await inTurn(() => takeFile(train, "train", { header, encoding }, hub.train));
  if (validation) await openFile(validation, "validation", { encoding: validationEncoding }, hub.validation);
  if (test) await openFile(test, "test", { encoding: testEncoding }, hub.test);
}

/** Reports a refused file, or one the page itself turned away. */
export function refuseFile(role: DataRole, message: string): void {
  patch("data", { error: { place: role, message } });
}

type Opened = Partial<DataSlice> & Pick<DataSlice, "summary">;

async function attempt(place: DataPlace, what: string | null, work: () => Promise<Opened>): Promise<boolean> {
  patch("data", { opening: what ?? useStudio.getState().data.opening, error: null });
  try {
    patch("data", { check: null, ...(await work()) });
    return true;
  } catch (error) {
    patch("data", { error: { place, message: messageOf(error) } });
    return false;
  } finally {
    patch("data", { opening: null });
  }
}
