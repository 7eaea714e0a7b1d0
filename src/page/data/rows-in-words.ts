/** How many rows each part has, in words. */

import { splitsOf } from "../../data/splits";
import type { DataSummary } from "../../worker/api";
import { formatCount } from "../numbers";

/** `248 training · 31 validation · 31 test rows`; of folds those of the first. */
export function rowsInWords({ trainRows, validationRows, testRows, settings, test }: DataSummary): string {
  const parts = [`${formatCount(trainRows)} training`, `${formatCount(validationRows)} validation`];
  if (testRows > 0) parts.push(`${formatCount(testRows)} test`);
  const splits = test ? null : splitsOf(settings.test ?? null);
  return `${parts.join(" · ")} rows${splits ? ` in the first of ${splits.count} ${splits.noun}s` : ""}`;
}
