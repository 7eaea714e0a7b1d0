/** Texts with `{column}` placeholders: checking them against a table, filling them with a row. */

import { DataError, listNames } from "./errors";
import { columnsOf, PLACEHOLDER } from "./placeholders";
import type { Table } from "./table";

/** A template; a column's name alone means its values. */
export function asTemplate(given: string, columns: readonly string[]): string {
  return columns.includes(given) ? `{${given}}` : given;
}

/** @throws DataError naming the placeholder for which there is no column. */
export function checkTemplate(
  template: string,
  role: "prompt" | "response",
  table: Pick<Table, "file" | "columns">,
): void {
  const unknown = columnsOf(template).find((column) => !table.columns.includes(column));
  if (unknown === undefined) return;
  throw new DataError({
    file: table.file,
    column: unknown,
    what: `The template of the ${role} asks for {${unknown}}, and the file has no column of this name (it has: ${listNames(table.columns)}).`,
    fix: "Write one of the file's columns between the braces.",
  });
}

/**
 * The template with a row's values. A paragraph (up to an empty line) that names columns, all of
 * which are empty in this row, is left out, so that "### Input:" does not stand there without an
 * input.
 */
export function fillTemplate(template: string, cellOf: (column: string) => string): string {
  const paragraphs = template.split(/(\n{2,})/);
  let whole = "";
  for (let part = 0; part < paragraphs.length; part += 2) {
    const [text, gap = ""] = [paragraphs[part]!, paragraphs[part + 1]];
    const named = columnsOf(text);
    if (named.length > 0 && named.every((column) => cellOf(column).trim() === "")) continue;
    whole += text.replace(PLACEHOLDER, (_, column: string) => cellOf(column)) + gap;
  }
  return whole;
}
