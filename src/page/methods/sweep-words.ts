/** A sweep in words, by the titles of its options. */

import { RATE, type Sweep } from "../../plan/sweep";
import { formatSetting } from "../numbers";

/** Characters of a value that are said. */
const LONGEST = 40;

/** A value as a sweep's line has it; what a list names stands together. */
export function inShort(value: unknown): string {
  const said = Array.isArray(value) ? value.map(formatSetting).join(" + ") : formatSetting(value);
  return said.length > LONGEST ? `${said.slice(0, LONGEST - 1)}…` : said;
}

type Titled = { readonly key: string; readonly title: string };

/** `learning rate`, `rank`; an option without a field goes by its key. */
export function titleOf(key: string, fields: readonly Titled[]): string {
  return key === RATE ? "Learning rate" : (fields.find((field) => field.key === key)?.title ?? key);
}

/** `rank 2 · 4 · 8 × learning rate 0.001 · 0.01`. */
export function sweepInWords(sweep: Sweep, fields: readonly Titled[]): string {
  return Object.entries(sweep)
    .map(([key, values]) => `${titleOf(key, fields).toLowerCase()} ${values.map(inShort).join(" · ")}`)
    .join(" × ");
}
