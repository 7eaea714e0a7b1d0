/** Whether a file has a row of a number that a person typed. */

import type { DataRole, DataSummary } from "../../worker/api";
import { formatCount } from "../numbers";

/** Why the open file has no such row, with those that it has; null where it has it. */
export function rowProblem(
  summary: Pick<DataSummary, DataRole | "rowNumbers">,
  role: DataRole,
  row: number,
): string | null {
  const numbers = summary.rowNumbers[role];
  if (!numbers) return null;
  const { first, last, empty } = numbers;
  if (row >= first && row <= last && !empty.includes(row)) return null;
  const why =
    row < first && first > 1 ? "it is the header or above it" : empty.includes(row) ? "it is empty" : "it is not there";
  const name = summary[role]?.file;
  return `${name} has no row ${formatCount(row)} (${why}): its rows are ${formatCount(first)} to ${formatCount(last)}.`;
}
