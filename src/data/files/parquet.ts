/** Parquet files, as pandas, Spark and the Hub's data sets write them; all usual compressions. */

import type { FileMetaData, ParquetParsers, SchemaElement } from "hyparquet";
import { messageOf } from "../../errors/message-of";
import { createBreather } from "../breathe";
import { countOf, DataError, formatCount, quote } from "../errors";
import { ownValue } from "../literals";
import { cellOf, dateCell } from "./cells";
import type { TimeReader } from "./parquet-times";
import { checkBytes, checkColumnCount, type FileKind, type NamedBlob, type ReadOptions, type Records } from "./records";

/** Cells that are held at once; a compressed file may have far more than bytes. */
const MOST_CELLS = 2 ** 26;

export const parquet: FileKind = {
  matches: (head) => new TextDecoder().decode(head.subarray(0, 4)) === "PAR1",
  async read(file, options) {
    try {
      return await readParquet(file, options);
    } catch (cause) {
      if (cause instanceof DataError) throw cause;
      throw new DataError({
        file: file.name,
        what: `The Parquet file is damaged, or of a kind that is not read: ${messageOf(cause).slice(0, 200)}.`,
        fix: 'Write it anew, or as CSV; with pandas: read_parquet("…").to_csv("data.csv", index=False).',
      });
    }
  },
};

/**
 * Lists and structs become JSON, whole numbers and fractions are written as they are stored, times
 * of day as `12:30:00`, durations as `P1DT2H3M4S`; a missing value is an empty cell.
 */
async function readParquet(file: NamedBlob, { onProgress, taken }: ReadOptions): Promise<Records> {
  const [{ parquetMetadataAsync, parquetRead }, { compressors }, { timeReaders }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
    import("./parquet-times"),
  ]);
  const unpack = Object.fromEntries(
    Object.entries(compressors).map(([name, of]) => [
      name,
      // The library refuses LZ4's form of nothing, which a page of empty cells is.
      (input: Uint8Array, bytes: number) => (bytes === 0 ? new Uint8Array() : of!(input, bytes)),
    ]),
  );
  const source = {
    byteLength: file.size,
    slice: (start: number, end?: number) => file.slice(start, end).arrayBuffer(),
  };
  const metadata = await parquetMetadataAsync(source, { parsers });
  const fields = topFields(metadata.schema);
  const count = Number(metadata.num_rows);
  const unpacked = metadata.row_groups.reduce((sum, group) => sum + Number(group.total_byte_size), 0);
  checkBytes(file.name, unpacked, "Unpacked the file has", taken.bytes);
  checkColumnCount(file.name, fields.length);
  if (taken.cells + count * fields.length > MOST_CELLS) {
    const before = taken.cells === 0 ? "" : ` beside ${formatCount(taken.cells)} of the files before it`;
    throw new DataError({
      file: file.name,
      what: `${countOf(count, "row")} with ${countOf(fields.length, "column")} are ${formatCount(count * fields.length)} cells${before}; at most ${formatCount(MOST_CELLS)} are read.`,
      fix: "Take a part of its rows, or leave out columns that are not needed.",
    });
  }
  taken.bytes += unpacked;
  taken.cells += count * fields.length;
  const names = classNames(metadata);
  const times = timeReaders(metadata);
  const rows: string[][] = [];
  const breathe = createBreather(() => onProgress?.(Math.floor((file.size * rows.length) / count), file.size));
  let from = 0;
  for (const group of metadata.row_groups) {
    const upTo = from + Number(group.num_rows);
    const options = { file: source, metadata, compressors: unpack, parsers, rowStart: from, rowEnd: upTo };
    // Columns that begin with one chunk for the group are put together into its rows.
    await parquetRead({
      ...options,
      rowFormat: "array",
      onComplete: (group) => addRows(group, fields, { names, times }, rows),
    });
    from = upTo;
    await breathe();
  }
  onProgress?.(file.size, file.size);
  const { kept, notices } = withoutIndexAndBytes(file.name, fields, rows);
  const places = kept.map(({ place }) => place);
  return {
    columns: kept.map(({ element }) => element.name),
    rows: kept.length === fields.length ? rows : rows.map((row) => places.map((place) => row[place]!)),
    rowNumbers: Array.from(rows.keys(), (place) => place + 1),
    empty: { count: 0, first: [] },
    notices: [...notices, ...nameNotices(file.name, names)],
    separator: null,
  };
}

interface Field {
  readonly element: SchemaElement;
  readonly place: number;
}

/** The columns: children of the schema's root, which is flattened in depth-first order. */
function topFields(schema: FileMetaData["schema"]): Field[] {
  const fields: Field[] = [];
  const end = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) next = end(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = end(at)) fields.push({ element: schema[at]!, place: fields.length });
  return fields;
}

function addRows(
  group: readonly unknown[][],
  fields: readonly Field[],
  { names, times }: { names: ReadonlyMap<string, readonly string[]>; times: readonly (TimeReader | null)[] },
  rows: string[][],
): void {
  const cellsOf = fields.map(({ element: { type, name }, place }): ((value: unknown) => string) => {
    const own = names.get(name);
    if (own) return (value) => valueCell(named(value, own));
    const time = times[place];
    if (time) return (value) => valueCell(time(value));
    return type === "FLOAT" ? floatCell : valueCell;
  });
  for (const values of group) rows.push(cellsOf.map((cellOf, column) => cellOf(values[column])));
}

/**
 * The names that `datasets` keeps beside columns of numbered classes (`ClassLabel`), alone or in
 * lists; the columns hold their numbers.
 */
function classNames({ key_value_metadata: kept = [] }: FileMetaData): Map<string, readonly string[]> {
  const written = kept.find(({ key }) => key === "huggingface")?.value;
  const names = new Map<string, readonly string[]>();
  if (written === undefined) return names;
  let info: unknown;
  try {
    info = JSON.parse(written);
  } catch {
    return names;
  }
  const features = ownValue(ownValue(info, "info"), "features");
  for (const [column, feature] of Object.entries(features ?? {})) {
    const own = namesOf(feature);
    if (own) names.set(column, own);
  }
  return names;
}

function namesOf(feature: unknown): readonly string[] | null {
  if (ownValue(feature, "_type") === "ClassLabel") {
    const names = ownValue(feature, "names");
    return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : null;
  }
  const inner = Array.isArray(feature) ? (feature as unknown[])[0] : ownValue(feature, "feature");
  return inner === undefined || ownValue(inner, "_type") !== "ClassLabel" ? null : namesOf(inner);
}

/** The name of a class, or of each in a list; -1 is none, as in test files without answers. */
function named(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => named(one, names));
  if (value === null || value === undefined || Number(value) === -1) return null;
  return names[Number(value)] ?? value;
}

function nameNotices(file: string, names: ReadonlyMap<string, readonly string[]>): string[] {
  return [...names].map(([column, own]) => {
    const first = own.slice(0, 3).map((name, number) => `${number} is ${quote(name, 30)}`);
    return `${file}, column ${quote(column, 60)}: numbers are read as the names of classes that the file keeps (${first.join(", ")}${own.length > 3 ? ", …" : ""}).`;
  });
}

function valueCell(value: unknown): string {
  if (typeof value === "number" && !Number.isFinite(value)) return "";
  return value instanceof Date ? dateCell(value) : cellOf(value);
}

/** A number of 32 bits in the fewest digits that give it again. */
function floatCell(value: unknown): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return "";
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

/** Moments as pandas prints them, without a loss of digits. */
const parsers: Partial<ParquetParsers> = {
  dateFromDays: (days) => dateCell(new Date(days * 86_400_000)),
  timestampFromMilliseconds: (moment) => momentCell(moment * 1_000_000n),
  timestampFromMicroseconds: (moment) => momentCell(moment * 1000n),
  timestampFromNanoseconds: momentCell,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && textOf(bytes),
};

const decoder = new TextDecoder();
const textOf = (bytes: Uint8Array) => decoder.decode(bytes);

function momentCell(nanoseconds: bigint): string {
  const second = 1_000_000_000n;
  const rest = ((nanoseconds % second) + second) % second;
  return dateCell(new Date(Number((nanoseconds - rest) / 1_000_000n)), Number(rest));
}

/** pandas keeps its index in a column of its own; and images and sounds are bytes, not text. */
function withoutIndexAndBytes(file: string, fields: readonly Field[], rows: readonly string[][]) {
  const isIndex = ({ element }: Field) => /^__index_level_\d+__$/.test(element.name);
  const isText = ({ element }: Field) =>
    element.type !== "BYTE_ARRAY" || element.converted_type === "UTF8" || element.logical_type?.type === "STRING";
  const isBytes = (field: Field) =>
    !isText(field) && rows.slice(0, 100).some((row) => /[\0\uFFFD]/.test(row[field.place]!));
  const [index, bytes] = [fields.filter(isIndex), fields.filter((field) => !isIndex(field) && isBytes(field))];
  const names = (some: readonly Field[]) =>
    some
      .map(({ element }) => quote(element.name))
      .slice(0, 5)
      .join(", ");
  return {
    kept: fields.filter((field) => !index.includes(field) && !bytes.includes(field)),
    notices: [
      ...(index.length > 0 ? [`${file}: pandas' own index, ${names(index)}, is left out.`] : []),
      ...(bytes.length > 0 ? [`${file}: ${names(bytes)} is left out: its cells are bytes, not text.`] : []),
    ],
  };
}
