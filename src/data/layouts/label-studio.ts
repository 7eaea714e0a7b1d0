/**
 * Label Studio's exports: JSON with `data` and `annotations`, and JSON-MIN or CSV, whose cells hold
 * `{"choices": […]}`. Choices become names or lists of names, labels of regions spans.
 */

import { firstOwn, ownValue, readStructure } from "../literals";
import type { Table } from "../table";
import { asCell, choiceCells, countRows, type Layout, withColumns } from "./layout";

/** Kinds of results that are a choice among names, a number or a text. */
const VALUES = ["choices", "rating", "number", "text", "taxonomy"];

export const labelStudio: Layout = (table) => choices(tasks(table));

/** One column for each field of `data`, and one for each question. */
function tasks(table: Table): Table {
  const [data, annotations] = ["data", "annotations"].map((name) => table.columns.indexOf(name));
  if (data! < 0 || annotations! < 0) return table;
  const read = table.rows.map((record) => ({
    data: readStructure(record[data!]!),
    annotations: readStructure(record[annotations!]!),
  }));
  const isTask = read.every((row) => typeof row.data === "object" && Array.isArray(row.annotations));
  if (!isTask || !read.some((row) => (row.annotations as unknown[]).some((one) => ownValue(one, "result"))))
    return table;
  const [several, unanswered]: number[][] = [[], []];
  const rows = read.map((row, index) => {
    const all = (row.annotations as unknown[]).filter((one) => ownValue(one, "was_cancelled") !== true);
    if (all.length > 1) several!.push(table.rowNumbers[index]!);
    if (all.length === 0) unanswered!.push(table.rowNumbers[index]!);
    const results = ownValue(all[0], "result");
    return {
      data: row.data as object,
      answers: all.length === 0 ? null : answersOf(Array.isArray(results) ? results : []),
    };
  });
  const fields = [...new Set(rows.flatMap((row) => Object.keys(row.data)))];
  const questions = new Map(
    rows.flatMap(({ answers }) => [...(answers ?? [])].map(([name, { spans }]) => [name, spans])),
  );
  const added = [
    ...fields.map((name) => ({ name, cells: rows.map((row) => asCell(ownValue(row.data, name))) })),
    ...[...questions].map(([name, spans]) => ({
      name,
      cells: spans
        ? rows.map(({ answers }) => (answers ? JSON.stringify(answers.get(name)?.values ?? []) : ""))
        : choiceCells(
            rows.map(({ answers }) => (answers ? ((answers.get(name)?.values ?? null) as string[] | null) : null)),
          ),
    })),
  ];
  return withColumns(table, added, [
    `${table.file}: read as Label Studio's export: ${[...questions.keys()].map((name) => `"${name}"`).join(", ")} of ` +
      `${fields.map((name) => `"${name}"`).join(", ")}.`,
    ...(several!.length > 0
      ? [`${table.file}: of several annotations the first is used in ${countRows(several!, table)}.`]
      : []),
    ...(unanswered!.length > 0
      ? [`${table.file}: no annotation, or a cancelled one, in ${countRows(unanswered!, table)}.`]
      : []),
  ]);
}

interface Answers {
  /** Regions of a text; else names. */
  readonly spans: boolean;
  readonly values: unknown[];
}

/** What was answered to each question of an annotation. */
function answersOf(results: readonly unknown[]): Map<string, Answers> {
  const answers = new Map<string, Answers>();
  for (const result of results) {
    const [name, value] = [ownValue(result, "from_name"), ownValue(result, "value")];
    if (typeof name !== "string" || typeof value !== "object") continue;
    const spans = ownValue(value, "start") !== undefined && ownValue(value, "end") !== undefined;
    const said = spans ? value : firstOwn(value, VALUES);
    const known = answers.get(name) ?? { spans, values: [] };
    // A step of a taxonomy is named by its whole way.
    const names = (Array.isArray(said) ? said : [said]).map((one: unknown) =>
      Array.isArray(one) ? one.join(" / ") : String(one),
    );
    known.values.push(...(spans ? [said] : said === undefined ? [] : names));
    answers.set(name, known);
  }
  return answers;
}

/** Columns of which some cells are `{"choices": […]}` and the others names. */
function choices(table: Table): Table {
  const added = table.columns.flatMap((name, place) => {
    if (!table.rows.some((record) => record[place]!.trimStart().startsWith("{"))) return [];
    const read = table.rows.map((record) => choiceOf(record[place]!));
    if (!read.some((names) => names.listed)) return [];
    if (read.some((names) => names.values === null)) return [];
    const values = read.map((names) => (names.values!.length === 0 && !names.listed ? null : names.values));
    return [{ name, cells: choiceCells(values) }];
  });
  return added.length === 0 ? table : withColumns(table, added);
}

/** Null for another list or object. */
function choiceOf(cell: string): { readonly values: string[] | null; readonly listed: boolean } {
  if (!cell.trimStart().startsWith("{")) return { values: cell.trim() === "" ? [] : [cell.trim()], listed: false };
  const listed = ownValue(readStructure(cell), "choices");
  if (!Array.isArray(listed) || !listed.every((name) => typeof name === "string"))
    return { values: null, listed: false };
  return { values: listed, listed: true };
}
