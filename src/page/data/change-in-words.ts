/** What becomes of a row, after its number: `relabelled human`, `left out`. */

import type { DataSettings, RowChange } from "../../worker/api";

/** `labelNames`: what labels are called, by what stands in the file. */
export function changeInWords(
  { added, leaveOut, cells, label, labels, number }: RowChange,
  labelNames: DataSettings["labelNames"] = {},
): string {
  if (leaveOut) return "left out";
  if (added) return "added";
  if (cells) return `edited: ${Object.keys(cells).join(", ")}`;
  if (number !== undefined) return `now ${number}`;
  const names = (labels ?? [label ?? ""]).map((name) => (Object.hasOwn(labelNames, name) ? labelNames[name] : name));
  return names.length === 0 ? "now without a label" : `relabelled ${names.join(", ")}`;
}
