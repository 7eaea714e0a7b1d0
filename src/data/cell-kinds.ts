/**
 * Cells that are lists or objects: which kind of thing they are, and the one check by which no task
 * learns them as texts or as classes. Not for reading them.
 */

import { isTurns } from "./chat";
import { DataError, quote } from "./errors";
import { readStructure } from "./literals";
import { isSpans } from "./spans";
import type { Table } from "./table";

/** `list`: of texts or numbers. */
export type Structure = "turns" | "spans" | "objects" | "object" | "lists" | "list";

const SAMPLE_ROWS = 200;

/** What the cells are, in words, and what to do where a task cannot read them. */
const SAID: Readonly<Record<Structure, { readonly what: string; readonly fix: string }>> = {
  turns: {
    what: "conversations (lists of turns)",
    fix: "Choose the task Language modelling and this column as the conversation.",
  },
  spans: {
    what: "spans (start, end and label of parts of a text)",
    fix: "Choose the task Token classification; spans of a column of texts become a column of words and one of tags.",
  },
  objects: { what: "lists of objects", fix: "Write what matters into columns of its own, or choose another column." },
  object: { what: "objects", fix: "Write what matters into columns of its own, or choose another column." },
  lists: { what: "lists of lists", fix: "Write what matters into columns of its own, or choose another column." },
  list: {
    what: "lists",
    fix: "Choose several labels as the task if they are labels, token classification if they are words; or another column.",
  },
};

/** What a cell is; null where it is a text, a number or empty. */
export function structureOf(cell: string): Structure | null {
  if (isTurns(cell)) return "turns";
  const value = readStructure(cell);
  if (value === undefined) return null;
  if (!Array.isArray(value)) return "object";
  if (isSpans(value)) return "spans";
  if (value.length > 0 && value.every((entry) => Array.isArray(entry))) return "lists";
  return value.some((entry) => typeof entry === "object" && entry !== null) ? "objects" : "list";
}

/**
 * What at least half of a column's first cells are that are not empty; null where most are none.
 */
export function structureOfColumn({ rows }: Pick<Table, "rows">, place: number): Structure | null {
  const counts = new Map<Structure | null, number>();
  for (const record of rows.slice(0, SAMPLE_ROWS)) {
    const cell = record[place] ?? "";
    // An empty list may be one of anything.
    if (cell.trim() === "" || /^\[\s*\]$/.test(cell.trim())) continue;
    const found = structureOf(cell);
    counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  const plain = counts.get(null) ?? 0;
  counts.delete(null);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (all === 0 || plain > all) return null;
  return [...counts].sort((a, b) => b[1] - a[1])[0]![0];
}

/**
 * @param readable what the role can read all the same
 * @throws DataError naming the first row where a column of texts, numbers or labels holds
 * structures instead.
 */
export function refuseStructures(
  table: Table,
  column: string,
  role: string,
  readable: readonly Structure[] = [],
): void {
  const place = table.columns.indexOf(column);
  const kind = structureOfColumn(table, place);
  if (kind === null || readable.includes(kind)) return;
  const first = table.rows.findIndex((record) => structureOf(record[place] ?? "") === kind);
  const { what, fix } = SAID[kind];
  throw new DataError({
    file: table.file,
    row: table.rowNumbers[first]!,
    column,
    what: `The cells are ${what}, which are not read as the ${role}: ${quote(table.rows[first]![place]!)}.`,
    fix,
  });
}
