/** The line below a saved chart: of which data, model and rows it is, and when that was trained. */

import { formatPlural, formatWhen } from "../numbers";
import type { Comparison } from "../store/state";

type Ground = Pick<Comparison, "dataTitle" | "modelName" | "parts" | "startedAt">;

/** `Question types · small-base · 270 training and 30 validation rows · Nov 30, 2026, 9:12 AM`. */
export function captionOf({ dataTitle, modelName, parts, startedAt }: Ground): string {
  const rows =
    parts && `${parts.train.toLocaleString("en")} training and ${formatPlural(parts.validation, "validation row")}`;
  return [dataTitle, modelName, ...(rows ? [rows] : []), formatWhen(startedAt)].join(" · ");
}
