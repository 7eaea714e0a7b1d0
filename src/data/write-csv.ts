/**
 * Writes CSV files: the one place that does. By default no cell is one that a spreadsheet would
 * compute. Not for reading them (`delimited.ts`).
 */

import Papa from "papaparse";

/**
 * What becomes of cells that a spreadsheet takes for formulas. `text`: an apostrophe is put before
 * them, by which it shows them as they are; `asTheyAre`: nothing, for programs that read the file.
 */
export type FormulaCells = "text" | "asTheyAre";

/**
 * How such cells begin (OWASP, "CSV Injection"), the full-width forms that East Asian spreadsheets
 * take too; but not numbers: -1.5 is one.
 */
const FORMULA = /^(?![+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$)[=+\-@\t\r\n＝＋－＠]/i;

/**
 * @param fields Names of the columns.
 * @param rows Cells in the columns' order.
 * @returns CSV by RFC 4180, without a line end after the last row.
 */
export function writeCsv(
  fields: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  formulas: FormulaCells = "text",
): string {
  return Papa.unparse(
    { fields: [...fields], data: rows.map((row) => [...row]) },
    { escapeFormulae: formulas === "text" && FORMULA },
  );
}
