/**
 * Whether figures of two comparisons may stand side by side: the same base model, the same rows in
 * the same parts. Not for what is trained.
 */

import type { Configuration } from "../../plan/configuration";
import { dataConfiguration } from "../../plan/data-configuration";
import type { DataSummary } from "../../worker/api";
import type { Comparison, DataSlice, StudioState } from "./state";

type Ground = Pick<Comparison, "configuration" | "dataFiles">;

export function areComparable(a: Ground, b: Ground): boolean {
  const { model } = a.configuration;
  return (
    model === b.configuration.model &&
    same(rowsOf(a.configuration), rowsOf(b.configuration)) &&
    areSameFiles(a.dataFiles ?? [], b.dataFiles ?? [])
  );
}

/**
 * Why runs of two comparisons were not measured on the same rows, in a sentence; null where they
 * were. Base model, read tokens and training may differ: whoever compares says so.
 */
export function whyOtherRows(a: Measured, b: Measured): string | null {
  const [one, other] = [rowsOf(a.configuration), rowsOf(b.configuration)];
  if (one.task !== other.task) return "They are of different tasks.";
  const files = [a.configuration.data.train, b.configuration.data.train] as const;
  if (files[0] === files[1] && !(a.dataFiles && b.dataFiles) && !(a.identity && b.identity)) {
    return `Which ${files[0]} it was is not known of one of them, which an earlier studio kept.`;
  }
  if (!areSameRows(a, b)) {
    return files[0] === files[1]
      ? `Their ${files[0]} has other rows.`
      : `One is on ${files[0]}, the other on ${files[1]}.`;
  }
  if (!same(one.columns, other.columns)) return "They read other columns.";
  if (!same(one.changes, other.changes)) return "Rows were relabelled or left out, edited or added in one alone.";
  if (!same([one.validation, one.test, one.group, one.seed], [other.validation, other.test, other.group, other.seed])) {
    return "Their rows are divided into training, validation and test in another way, or with another seed.";
  }
  const encodings = ({ encoding, validationEncoding, testEncoding }: typeof one) => [
    ...[encoding, validationEncoding, testEncoding],
  ];
  if (!same(encodings(one), encodings(other))) return "Their files are read in other encodings.";
  return same(one.header, other.header) ? null : "The first row is read as data in one of them alone.";
}

type Measured = Ground & Pick<Comparison, "identity">;

/** By what the files hold, where that is known of both, whatever they are called. */
function areSameRows(a: Measured, b: Measured): boolean {
  const [one, other] = [a.identity?.tables, b.identity?.tables];
  const content = (tables: NonNullable<typeof one>) => tables.map(({ part, fingerprint }) => [part, fingerprint]);
  if (one && other) return same(content(one), content(other));
  return (
    a.configuration.data.train === b.configuration.data.train && areSameFiles(a.dataFiles ?? [], b.dataFiles ?? [])
  );
}

type DataFiles = NonNullable<Comparison["dataFiles"]>;

/** With their fingerprints, where they are files of one's own. */
export function dataFilesOf({ summary, fingerprints }: Pick<DataSlice, "summary" | "fingerprints">): DataFiles {
  return (["train", "validation", "test"] as const).flatMap((role) => {
    const file = summary?.[role];
    const fingerprint = fingerprints[role] ?? null;
    return file ? { ...file, ...(fingerprint !== null && { fingerprint }) } : [];
  });
}

/**
 * Two files of one name are told apart by their size, their rows and, where both are known, their
 * fingerprints.
 */
function areSameFiles(a: DataFiles, b: DataFiles): boolean {
  return (
    a.length === b.length &&
    a.every(({ fingerprint = null, ...file }, place) => {
      const { fingerprint: other = null, ...counterpart } = b[place]!;
      return same(file, counterpart) && (fingerprint === null || other === null || fingerprint === other);
    })
  );
}

/** Rows of each part. */
export function partsOf({
  trainRows,
  validationRows,
  testRows,
}: Pick<DataSummary, "trainRows" | "validationRows" | "testRows">): NonNullable<Comparison["parts"]> {
  return { train: trainRows, validation: validationRows, test: testRows };
}

/**
 * Whether a comparison is of the base model and the data that are open: of the same files, read and
 * divided into parts alike, with the same rows changed. Nothing speaks against it while none are
 * open.
 */
export function isOfWhatIsOpen(ground: Ground, state: StudioState): boolean {
  return whatDiffers(ground, state) === null;
}

/**
 * Whether its rows are read from the files that are open now, by the same columns: then a row of it
 * is found there, however parts and changes have become others since.
 */
export function readsOpenFiles({ configuration, dataFiles }: Ground, { data }: Pick<StudioState, "data">): boolean {
  const { summary } = data;
  if (!summary || !dataFiles || !areSameFiles(dataFilesOf(data), dataFiles)) return false;
  const { task, columns, header = true } = configuration.data;
  const open = summary.settings;
  return same([task, columns, header], [open.task, open.columns, open.header ?? true]);
}

/** What is open now in place of what a comparison is of, in a sentence; null: nothing. */
export function whatDiffers(
  { configuration, dataFiles }: Ground,
  { model, data, training }: StudioState,
): string | null {
  const { summary, sample } = data;
  const isOfTrain = summary?.train.file === configuration.data.train;
  // Of earlier versions the file's name alone is known.
  if (summary && !(dataFiles ? areSameFiles(dataFilesOf(data), dataFiles) : isOfTrain)) {
    const name = sample?.title ?? summary.train.file;
    return isOfTrain ? `The ${name} that is open now has other rows.` : `You have opened ${name} since.`;
  }
  if (model.summary && model.summary.source !== configuration.model) {
    return `The base model is ${model.summary.name} now.`;
  }
  if (!summary || !dataFiles) return null;
  const { seed } = training.settings ?? configuration.training;
  const open = { data: dataConfiguration(summary), training: { seed } };
  if (same(rowsOf(open), rowsOf(configuration))) return null;
  return `Task, columns, parts, seed, changed rows or the longest text of ${summary.train.file} are others now.`;
}

/** What says which rows are in which part; comparisons of earlier versions have two parts. */
function rowsOf({
  data,
  training,
}: Pick<Configuration, "data"> & { readonly training: Pick<Configuration["training"], "seed"> }) {
  // What labels are called, the text for methods that read one, and what training rows are made,
  // count for and learned from change no row that is measured.
  const { test = null, group = null, changes = [], labelNames: _, taskText: __, ...more } = data;
  const { weights: ___, transforms: ____, selection: _____, ...rest } = more;
  const { weight: ______, ...columns } = rest.columns;
  const read = { ...rest, columns };
  const drawn = typeof data.validation === "number" || (test !== null && typeof test !== "string");
  return { ...read, test, group, changes, seed: drawn ? training.seed : null };
}

/** Of plain data whose keys may be in another order. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
