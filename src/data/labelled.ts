/**
 * Rows of a file that are to be predicted and have their answers too, so that what is said of them
 * can be scored. Not for files that are learned from.
 */

import { countOf, DataError, formatCount, quote } from "./errors";
import type { Example } from "./examples";
import type { KnownRows } from "./formats/format";
import { formats } from "./formats/registry";
import { inputsOf } from "./parts";
import { nameRows } from "./shards";
import type { Table } from "./table";
import type { ColumnRoles, RoleField, TaskId } from "./types";
import { INPUTS } from "./unlabelled";

/** Labels that are named; of the others the number is said. */
const MOST_NAMED = 5;

/** What of a file can be scored, in its order, and what of it cannot, by its row numbers. */
export interface LabelledRows {
  readonly examples: readonly Example[];
  /** With a text, and nothing that is true of it. */
  readonly unlabelled: readonly number[];
  /** By label that training never had. */
  readonly unknown: readonly { readonly label: string; readonly rows: readonly number[] }[];
  /** Whose input is among the training rows, too. */
  readonly seen: readonly number[];
  readonly notices: readonly string[];
}

/** The columns that say what is true of a row. */
export function answerRoles(task: TaskId): RoleField[] {
  return formats[task].roles.filter(({ role, kind }) => !INPUTS.includes(role) && kind !== "separator");
}

/** Those that were trained on; null where the file has not all of them, or nothing in them. */
export function answerColumns(table: Table, task: TaskId, trained: ColumnRoles): ColumnRoles | null {
  const roles = answerRoles(task).map(({ role }) => [role, trained[role]] as const);
  const names = roles.flatMap(([, columns]) => columns ?? []);
  const places = names.map((name) => table.columns.indexOf(name));
  const filled = places.length > 0 && table.rows.some((record) => places.every((place) => record[place]?.trim()));
  const separator = trained.separator ? { separator: trained.separator } : {};
  return filled ? { ...Object.fromEntries(roles), ...separator } : null;
}

/**
 * Reads the rows that can be scored: with a text, with an answer that training had, and not among
 * `trained`. An empty cell of a list of labels means that none is true, as it does in training.
 * @throws DataError naming file, row and column for a column that the file has not, for a cell that
 * cannot be read, and where no row is left, with the counts of what was left out.
 */
export function readLabelled(
  table: Table,
  task: TaskId,
  columns: ColumnRoles,
  { labels, file, named, trained }: KnownRows & { readonly trained: readonly (readonly Example[])[] },
): LabelledRows {
  const placesOf = (names: readonly string[]) => names.map((name) => table.columns.indexOf(name));
  const answers = answerRoles(task).flatMap(({ role }) => columns[role] ?? []);
  const inputs = INPUTS.flatMap((role) => columns[role] ?? []);
  const isEmpty = (record: readonly string[], places: readonly number[]) =>
    places.some((place) => place >= 0 && record[place]!.trim() === "");
  const [inputPlaces, answerPlaces] = [placesOf(inputs), placesOf(answers)];
  const kept: number[] = [];
  const unlabelled: number[] = [];
  const isList = task === "multi-label-classification" && answers.length === 1;
  const anyAnswer = !isList || table.rows.some((record) => !isEmpty(record, answerPlaces));
  for (const [index, record] of table.rows.entries()) {
    if (isEmpty(record, inputPlaces)) continue;
    if (!anyAnswer || (!isList && isEmpty(record, answerPlaces))) unlabelled.push(table.rowNumbers[index]!);
    else kept.push(index);
  }
  const where = { file: table.file, ...(answers.length === 1 && { column: answers[0]! }) };
  if (kept.length === 0) {
    const what = `None of ${countOf(table.rows.length, "row")} has both a text and an answer, so there is nothing to score.`;
    throw new DataError({ ...where, what, fix: "Choose another column, or none." });
  }
  const unknown = new Map<string, number[]>();
  const answered = {
    ...table,
    rows: kept.map((index) => table.rows[index]!),
    rowNumbers: kept.map((index) => table.rowNumbers[index]!),
  };
  const read = formats[task].read(answered, columns, { labels, file, named, unknown });
  const inputOf = inputsOf([]);
  const learned = new Set(trained.flatMap((some) => some.map(inputOf)));
  const seen = read.examples.filter((example) => learned.has(inputOf(example))).map(({ row }) => row);
  const again = new Set(seen);
  const found = {
    examples: read.examples.filter(({ row }) => !again.has(row)),
    unlabelled,
    unknown: [...unknown].map(([label, rows]) => ({ label, rows })),
    seen,
  };
  const left = leftOut(found, file);
  if (found.examples.length > 0) return { ...found, notices: [...read.notices, ...left] };
  throw new DataError({
    ...where,
    what: `No row is left to score. ${left.join(" ")}`,
    fix: "Open a file of other rows.",
  });
}

/** What is not scored, in sentences. */
function leftOut({ unlabelled, unknown, seen }: Omit<LabelledRows, "examples" | "notices">, file: string): string[] {
  return [
    ...(unlabelled.length > 0
      ? [`Not scored: ${countOf(unlabelled.length, "row")} without an answer (${nameRows(unlabelled)}).`]
      : []),
    ...unknown
      .slice(0, MOST_NAMED)
      .map(
        ({ label, rows }) =>
          `Not scored: ${countOf(rows.length, "row")} with ${quote(label)}, which training never had (${nameRows(rows)}).`,
      ),
    ...(unknown.length > MOST_NAMED
      ? [`Not scored either: rows of ${formatCount(unknown.length - MOST_NAMED)} more labels that training never had.`]
      : []),
    ...(seen.length > 0
      ? [
          `Not scored: ${countOf(seen.length, "row")} whose text is among the training rows of ${file} (${nameRows(seen)}).`,
        ]
      : []),
  ];
}
