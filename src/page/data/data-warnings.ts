/** What the check of the open data found that is worth a look. */

import type { CheckLine, DataCheck } from "../../worker/api";
import { formatPlural } from "../numbers";

export function warningsOf(check: DataCheck | null): CheckLine[] {
  return check?.lines.filter(({ isGood }) => !isGood) ?? [];
}

/** For example `2 things to look at`; null where nothing stands out, or nothing was checked yet. */
export function warningsInWords(check: DataCheck | null): string | null {
  const { length } = warningsOf(check);
  return length === 0 ? null : `${formatPlural(length, "thing")} to look at`;
}
