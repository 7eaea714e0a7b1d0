/**
 * Argilla's exports: records with `fields`, `responses` and `suggestions`, or columns named
 * `QUESTION.responses` and `QUESTION.suggestion`. A submitted response counts; where there is none,
 * the suggestion.
 */

import { firstOwn, ownValue, readStructure } from "../literals";
import type { Table } from "../table";
import { asCell, countRows, type Layout, type NewColumn, withColumns } from "./layout";

const RESPONSES = ".responses";

export const argilla: Layout = (table) => {
  if (table.columns.includes("fields") && table.columns.includes("responses")) return records(table);
  return flattened(table);
};

/** What was answered, and whether a person did. */
interface Answered {
  readonly value: unknown;
  readonly isResponse: boolean;
}

/** JSON of the records. */
function records(table: Table): Table {
  const parts = ["fields", "responses", "suggestions"].map((name) => {
    const place = table.columns.indexOf(name);
    return table.rows.map((record) => (place < 0 ? undefined : readStructure(record[place]!)));
  });
  const [fields, responses, suggestions] = parts as [unknown[], unknown[], unknown[]];
  if (!fields.every((one) => typeof one === "object" && !Array.isArray(one))) return table;
  const names = [...new Set(fields.flatMap((one) => Object.keys(one as object)))];
  const questions = [...new Set([...responses, ...suggestions].flatMap((one) => questionsOf(one)))];
  if (questions.length === 0) return table;
  const answers = questions.map((name) => ({
    name,
    rows: fields.map((_, row) => answerOf(name, responses[row], suggestions[row])),
  }));
  return withAnswers(
    table,
    names.map((name) => ({ name, cells: fields.map((one) => asCell(ownValue(one, name))) })),
    answers,
  );
}

/** Names of questions: keys of an object, or those that entries of a list name. */
function questionsOf(given: unknown): string[] {
  if (!Array.isArray(given)) return Object.keys((given as object | undefined) ?? {});
  return given.flatMap((one: unknown) => {
    const named = ownValue(one, "question_name");
    return typeof named === "string" ? [named] : Object.keys((ownValue(one, "values") as object | undefined) ?? {});
  });
}

function answerOf(name: string, responses: unknown, suggestions: unknown): Answered | null {
  // Argilla 1 has a list of people's answers, each with the values of all questions.
  const given = Array.isArray(responses)
    ? responses.map((one: unknown) => ({
        value: ownValue(ownValue(ownValue(one, "values"), name), "value"),
        status: ownValue(one, "status"),
      }))
    : list(ownValue(responses, name)).map((one) => ({
        value: ownValue(one, "value"),
        status: ownValue(one, "status"),
      }));
  const response = given.find(({ value, status = "submitted" }) => value !== undefined && status === "submitted");
  if (response) return { value: response.value, isResponse: true };
  const suggested = Array.isArray(suggestions)
    ? suggestions.find((one: unknown) => ownValue(one, "question_name") === name)
    : ownValue(suggestions, name);
  const value = firstOwn(suggested, ["value"]);
  return value === undefined ? null : { value, isResponse: false };
}

/** What `to_datasets` writes. */
function flattened(table: Table): Table {
  const questions = table.columns
    .filter((name) => name.endsWith(RESPONSES))
    .map((name) => name.slice(0, -RESPONSES.length));
  const fresh = questions.filter((name) => name !== "" && !table.columns.includes(name));
  if (fresh.length === 0) return table;
  const answers = fresh.map((name) => {
    const [given, status, suggested] = [RESPONSES, `${RESPONSES}.status`, ".suggestion"].map((end) =>
      table.columns.indexOf(name + end),
    );
    const cellOf = (record: readonly string[], place: number) => (place < 0 ? "" : record[place]!);
    const rows = table.rows.map((record): Answered | null => {
      const states = list(readStructure(cellOf(record, status!)));
      const response = list(readStructure(cellOf(record, given!))).find(
        (value, index) => value !== null && (states[index] ?? "submitted") === "submitted",
      );
      if (response !== undefined) return { value: response, isResponse: true };
      const value = cellOf(record, suggested!);
      return value.trim() === "" ? null : { value, isResponse: false };
    });
    return { name, rows };
  });
  return withAnswers(table, [], answers);
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function withAnswers(
  table: Table,
  fields: readonly NewColumn[],
  answers: readonly { readonly name: string; readonly rows: readonly (Answered | null)[] }[],
): Table {
  const notices = answers.flatMap(({ name, rows }) => {
    const of = (is: (one: Answered | null) => boolean) => table.rowNumbers.filter((_, index) => is(rows[index]!));
    const [suggested, none] = [of((one) => one?.isResponse === false), of((one) => one === null)];
    return [
      ...(suggested.length > 0
        ? [`${table.file}, question "${name}": the suggestion stands for a response in ${countRows(suggested, table)}.`]
        : []),
      ...(none.length > 0 ? [`${table.file}, question "${name}": nobody answered ${countRows(none, table)}.`] : []),
    ];
  });
  const columns = answers.map(({ name, rows }) => ({ name, cells: rows.map((one) => asCell(one?.value)) }));
  const names = answers.map(({ name }) => `"${name}"`).join(", ");
  return withColumns(
    table,
    [...fields, ...columns],
    [`${table.file}: read as Argilla's export: ${names}.`, ...notices],
  );
}
