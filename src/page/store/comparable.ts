/**
 * Whether figures of two comparisons may stand side by side: the same base model, the same rows in
 * the same parts. Not for what is trained.
 */

import type { Configuration } from "../../plan/configuration";
import { dataConfiguration } from "../../plan/data-configuration";
import type { DataSummary } from "../../worker/api";
import type { Comparison, StudioState } from "./state";

type Ground = Pick<Comparison, "configuration" | "dataFiles">;

export function areComparable(a: Ground, b: Ground): boolean {
  const { model } = a.configuration;
  return (
    model === b.configuration.model &&
    same(rowsOf(a.configuration), rowsOf(b.configuration)) &&
    same(a.dataFiles ?? [], b.dataFiles ?? [])
  );
}

/** Two files of one name are told apart by their size and rows. */
export function dataFilesOf({
  train,
  validation,
  test,
}: Pick<DataSummary, "train" | "validation" | "test">): NonNullable<Comparison["dataFiles"]> {
  return [train, validation, test].filter((file) => file !== null);
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
export function isOfWhatIsOpen({ configuration, dataFiles }: Ground, { model, data, training }: StudioState): boolean {
  if (model.summary && model.summary.source !== configuration.model) return false;
  if (!data.summary || !dataFiles) return true;
  const { seed } = training.settings ?? configuration.training;
  const open = { data: dataConfiguration(data.summary), training: { seed } };
  return same(dataFilesOf(data.summary), dataFiles) && same(rowsOf(open), rowsOf(configuration));
}

/** What says which rows are in which part; comparisons of earlier versions have two parts. */
function rowsOf({
  data,
  training,
}: Pick<Configuration, "data"> & { readonly training: Pick<Configuration["training"], "seed"> }) {
  const { test = null, group = null, changes = [], ...others } = data;
  const drawn = typeof data.validation === "number" || (test !== null && typeof test !== "string");
  return { ...others, test, group, changes, seed: drawn ? training.seed : null };
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
