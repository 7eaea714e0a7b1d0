/** Validation rows that a person may try: few, short, and of different answers. */

import type { Dataset } from "../data/dataset";
import type { Example } from "../data/examples";
import { formats } from "../data/formats/registry";
import type { TaskId } from "../data/types";
import type { ExampleRow } from "./api";

/** Characters beyond which a row is only taken where there is no shorter one. */
const SHORT = 160;

/**
 * At most `count` of the validation rows: of each answer in turn the first short row. None where
 * answers are written.
 */
export function exampleRows(
  task: TaskId,
  { validation, labels }: Pick<Dataset, "validation" | "labels">,
  count: number,
): ExampleRow[] {
  const { answer } = formats[task];
  if (answer === "text") return [];
  const truthOf = ({ label, values }: Example): string | null => {
    if (answer === "tags") return null;
    if (answer === "number") return String(values?.[0] ?? "");
    if (answer === "label") return labels[label] ?? null;
    return labels.filter((_, place) => values?.[place] === 1).join(", ") || "no label";
  };
  const length = ({ text, textPair }: Example) => text.length + (textPair?.length ?? 0);
  const short = validation.filter((row) => length(row) <= SHORT);
  const rows = (short.length >= count ? short : [...validation]).map(({ row, text, textPair, ...rest }) => {
    return { row, text, textPair, truth: truthOf({ row, text, textPair, ...rest }) };
  });
  const first = rows.filter(({ truth }, place) => rows.findIndex((one) => one.truth === truth) === place);
  return [...first, ...rows.filter((row) => !first.includes(row))].slice(0, count);
}
