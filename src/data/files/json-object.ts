/**
 * A JSON file that is one object and a whole table: by columns (pandas' `to_json`, the `to_dict`
 * of `datasets`), by rows under their names, or with the names of the columns apart
 * (`orient="split"`).
 */

import { quote } from "../errors";
import { cellOf, JsonCells, parseJson } from "./cells";
import { readPieces, type TextFile } from "./decode";
import { keysTwice } from "./json-keys";
import type { ReadProgress, Records } from "./records";

/** Larger files are not held whole. */
const LARGEST_BYTES = 64 * 2 ** 20;

/** Null where the file is no such object. */
export async function readJsonObject(text: TextFile, onProgress?: ReadProgress): Promise<Records | null> {
  if (text.file.size > LARGEST_BYTES) return null;
  const pieces: string[] = [];
  await readPieces(text, (piece) => pieces.push(piece), onProgress);
  const content = pieces.join("");
  let value: unknown;
  try {
    value = parseJson(content);
  } catch {
    return null;
  }
  const table = isObject(value) ? (splitTable(value) ?? columnTable(value) ?? rowTable(text.file.name, value)) : null;
  if (table === null) return null;
  const { how, columns, rows } = table;
  const rowNumbers = Array.from(rows.keys(), (place) => place + 1);
  const [twice] = keysTwice(content, value);
  const notices = [
    `${text.file.name}: the file is one object, and was read ${how}.`,
    ...(twice === undefined
      ? []
      : [`${text.file.name}: a key stands more than once, and its last value is read: ${quote(twice, 60)}.`]),
  ];
  return { columns, rows, rowNumbers, empty: { count: 0, first: [] }, notices, separator: null };
}

interface ObjectTable {
  readonly how: string;
  readonly columns: string[];
  readonly rows: string[][];
}

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** pandas' `orient="split"`: names of columns, and lists of cells. */
function splitTable({ columns, data }: JsonObject): ObjectTable | null {
  if (!Array.isArray(columns) || !Array.isArray(data)) return null;
  const isRow = (row: unknown): row is unknown[] => Array.isArray(row) && row.length === columns.length;
  if (data.length === 0 || !data.every(isRow)) return null;
  return {
    how: "as a table with its columns apart",
    columns: columns.map(String),
    rows: data.map((row) => row.map(cellOf)),
  };
}

/** A list, or an object with the same keys, for each column. */
function columnTable(value: JsonObject): ObjectTable | null {
  const columns = Object.keys(value);
  const all = Object.values(value);
  if (columns.length < 2) return null;
  if (all.every(Array.isArray)) {
    const count = all[0]!.length;
    if (count < 2 || all.some(({ length }) => length !== count)) return null;
    const rows = Array.from({ length: count }, (_, row) => all.map((cells) => cellOf((cells as unknown[])[row])));
    return { how: "by columns", columns, rows };
  }
  if (!all.every(isObject)) return null;
  const keys = Object.keys(all[0]!);
  const sameKeys = all.every(
    (one) => Object.keys(one).length === keys.length && keys.every((key) => Object.hasOwn(one, key)),
  );
  // pandas names rows by their numbers.
  const areRows = keys.every((key) => /^\d+$/.test(key)) && !columns.every((key) => /^\d+$/.test(key));
  if (!sameKeys || keys.length < 2 || !areRows) return null;
  return { how: "by columns", columns, rows: keys.map((key) => all.map((one) => cellOf(one[key]))) };
}

/** An object for each row, under the row's name. */
function rowTable(file: string, value: JsonObject): ObjectTable | null {
  const entries = Object.values(value);
  if (entries.length < 2 || !entries.every(isObject)) return null;
  const keys = new Set(entries.flatMap((entry) => Object.keys(entry)));
  const [first] = entries;
  const shared = Object.keys(first!).filter((key) => entries.every((entry) => Object.hasOwn(entry, key)));
  // More rows than columns, or rows that are numbered: else it may be one row of objects.
  const areNumbered =
    Object.keys(value).every((key) => /^\d+$/.test(key)) && ![...keys].every((key) => /^\d+$/.test(key));
  if (shared.length === 0 || (keys.size >= entries.length && !areNumbered)) return null;
  const cells = new JsonCells(file);
  const rows = entries.map((entry, index) => cells.add(entry, index + 1));
  for (const record of rows) while (record.length < cells.columns.length) record.push("");
  return { how: "as an object for each row; the names of the rows are left out", columns: cells.columns, rows };
}
