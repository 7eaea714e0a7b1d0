/**
 * A finished comparison as a file of `public/gallery`: the record that the browser keeps of one,
 * with its curves as plain numbers. `tools/gallery` makes the files.
 */

import type { TableSnapshot } from "../curves/growing-table";
import { openRecord, readRecords, savedRecord } from "../store/session";
import type { Comparison } from "../store/state";

/** Curves are drawn, never computed with: so many digits are more than a screen shows. */
const DIGITS = 6;

/** JSON has no NaN: what was not measured is null. */
type PlainTable = { length: number; columns: Record<string, (number | null)[]> };

const isTable = (value: unknown): value is TableSnapshot<string> =>
  typeof value === "object" && value !== null && "columns" in value && "length" in value;

export function writeGalleryFile(comparison: Comparison): string {
  const record = savedRecord(comparison);
  const plain = (_: string, value: unknown): unknown => {
    if (!isTable(value)) return value;
    const columns = Object.entries(value.columns).map(([name, numbers]) => [
      name,
      Array.from(numbers.subarray(0, value.length), (number) =>
        Number.isFinite(number) ? Number(number.toPrecision(DIGITS)) : null,
      ),
    ]);
    return { length: value.length, columns: Object.fromEntries(columns) } satisfies PlainTable;
  };
  return `${JSON.stringify(record, plain)}\n`;
}

/** Throws an Error that says why it cannot be shown. */
export function readGalleryFile(text: string): Comparison {
  const revived = JSON.parse(text, (key, value: unknown) => {
    if (key !== "steps" && key !== "evaluations") return value;
    // Other figures have these names too.
    if (!isTable(value)) return value;
    const { length, columns } = value as unknown as PlainTable;
    const numbers = Object.entries(columns).map(([name, column]) => [
      name,
      Float64Array.from(column, (number) => number ?? Number.NaN),
    ]);
    return { length, columns: Object.fromEntries(numbers) };
  });
  const { readable, problem } = readRecords([revived]);
  const [record] = readable;
  if (!record) throw new Error(problem ?? "The file is of a version that is no longer read.");
  return openRecord(record);
}
