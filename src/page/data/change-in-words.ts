/** What becomes of a row, after its number: `relabelled human`, `left out`. */

import type { RowChange } from "../../worker/api";

export function changeInWords({ leaveOut, label, labels, number }: RowChange): string {
  if (leaveOut) return "left out";
  if (number !== undefined) return `now ${number}`;
  const names = labels ?? [label ?? ""];
  return names.length === 0 ? "now without a label" : `relabelled ${names.join(", ")}`;
}
