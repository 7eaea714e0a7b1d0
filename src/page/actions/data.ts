/**
 * Opening data and changing how it is read. An error leaves what was open as it is and is shown
 * beside its place.
 */

import { namedColumns } from "../../data/placeholders";
import { messageOf } from "../../errors/message-of";
import type { DataRole, DataSettings, DataSummary, RowChange } from "../../worker/api";
import type { LinkedData } from "../store/link";
import type { Sources } from "../store/session";
import type { DataPlace } from "../store/state";
import { patch, useStudio } from "../store/store";
import { studio } from "../worker";

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

async function readAsWanted(): Promise<void> {
  const { summary } = useStudio.getState().data;
  if (!wanted || !summary || !couldHave(summary, wanted)) return;
  // An address of a time before there were test rows asks for none.
  const { test = null, group = null, changes = [], header = true } = wanted;
  await setData({ ...wanted, test, group, changes, header }, "columns");
  if (changes.length > 0 && useStudio.getState().data.summary?.problem !== null) {
    // Of another file, which may still be opened.
    await setData({ ...wanted, test, group, changes: [], header }, "columns");
    if (useStudio.getState().data.summary?.problem === null) {
      const rows = changes.length === 1 ? "a change of a row" : `changes of ${changes.length} rows`;
      const text = `The address has ${rows} that are not of ${summary.train.file}: they wait until their file is opened.`;
      patch("ui", { notice: { kind: "info", text } });
      return;
    }
  }
  wanted = null;
}

export async function openSample(id: string): Promise<void> {
  const sample = useStudio.getState().data.samples.find((listing) => listing.id === id);
  if (!sample) return;
  const done = await attempt("train", sample.title, () => studio().openSample(sample.file, seed()));
  if (!done) return;
  Object.assign(opened, { sample: id, train: null, validation: null, test: null });
  patch("data", { sample });
  await readAsWanted();
}

export async function openFile(file: File, role: DataRole, header?: boolean): Promise<void> {
  const done = await attempt(role, file.name, () => studio().openData(file, role, seed(), header));
  if (!done) return;
  if (role === "train") {
    Object.assign(opened, { sample: null, train: file, validation: null, test: null });
    patch("data", { sample: null });
    await readAsWanted();
  } else {
    opened[role] = file;
  }
}

/** Draws the rows of this part from the training file again. */
export async function closeFile(role: Exclude<DataRole, "train">): Promise<void> {
  if (await attempt(role, null, () => studio().closeData(role))) opened[role] = null;
}

/**
 * Changes some settings, or takes the training's seed over; those that could not be applied stay as
 * they were.
 */
export async function setData(changes: Partial<DataSettings>, place: DataPlace): Promise<void> {
  const { summary } = useStudio.getState().data;
  if (!summary) return;
  await attempt(place, null, () => studio().setData({ ...summary.settings, ...changes }, seed()));
}

/** The change of a row that is being made, so that none is made on a list that is older. */
let changing: Promise<void> = Promise.resolve();

function changeList(edit: (changes: readonly RowChange[]) => readonly RowChange[]): Promise<void> {
  changing = changing.then(() => {
    const { summary } = useStudio.getState().data;
    return setData({ changes: edit(summary?.settings.changes ?? []) }, "settings");
  });
  return changing;
}

const isSameRow = (a: RowPlace, b: RowPlace) => a.row === b.row && (a.file ?? "train") === (b.file ?? "train");

/** Gives a row another answer or leaves it out, in place of what was to become of it before. */
export function changeRow(change: RowChange): Promise<void> {
  return changeList((changes) => [...changes.filter((other) => !isSameRow(other, change)), change]);
}

/** The row is again what its file says. */
export function takeBackChange(place: RowPlace): Promise<void> {
  return changeList((changes) => changes.filter((change) => !isSameRow(change, place)));
}

export function takeBackAllChanges(): Promise<void> {
  return changeList(() => []);
}

/** After the worker was restarted. */
export async function reopenData(): Promise<void> {
  const settings = useStudio.getState().data.summary?.settings;
  await openSources({ ...opened }, settings?.header);
  if (settings) await setData(settings, "settings");
}

/** What the open rows were read from. */
export function openedSources(): Sources {
  return { ...opened };
}

/** `header`: as for `openFile`. */
export async function openSources({ sample, train, validation, test }: Sources, header?: boolean): Promise<void> {
  if (sample !== null) await openSample(sample);
  else if (train) await openFile(train, "train", header);
  if (validation) await openFile(validation, "validation");
  if (test) await openFile(test, "test");
}

/** Reports a refused file, or one the page itself turned away. */
export function refuseFile(role: DataRole, message: string): void {
  patch("data", { error: { place: role, message } });
}

async function attempt(place: DataPlace, what: string | null, work: () => Promise<DataSummary>): Promise<boolean> {
  patch("data", { opening: what ?? useStudio.getState().data.opening, error: null });
  try {
    patch("data", { summary: await work() });
    return true;
  } catch (error) {
    patch("data", { error: { place, message: messageOf(error) } });
    return false;
  } finally {
    patch("data", { opening: null });
  }
}
