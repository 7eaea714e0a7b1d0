/** The check of the data as the runner prints it before training: a line for each thing. */

import type { DataCheck } from "../../src/worker/api";

/** For example `! 86.6 % of the rows are "ham": …`; what is well comes last, on lines with `+`. */
export function checkLines({ lines }: DataCheck): string[] {
  if (lines.length === 0) return [];
  return ["Check of the data", ...lines.map(({ isGood, said }) => `  ${isGood ? "+" : "!"} ${said}`)];
}
