/**
 * What a check of the open data says: a line for each thing that is looked at, good or to be looked
 * into, with what can be done about it. Types only; everything here survives structured cloning.
 */

import type { DataRole, DataSettings, RowChange } from "../types";

/** In the order in which they are shown. */
export const checkIds = [
  "majority",
  "rare-labels",
  "plain-labels",
  "missing-words",
  "alike-labels",
  "contradictions",
  "repeats",
  "shared-texts",
  "sum-row",
  "damaged-letters",
  "cut-texts",
  "language",
  "personal-data",
] as const;

export type CheckId = (typeof checkIds)[number];

/** What a person may have done at a press of a button. */
export type CheckAction =
  | { readonly kind: "settings"; readonly title: string; readonly settings: Partial<DataSettings> }
  /** Rows that are given another answer, or left out, beside those that are changed already. */
  | { readonly kind: "changes"; readonly title: string; readonly changes: readonly RowChange[] }
  /** What runs are compared by: the mean of all labels' F1. */
  | { readonly kind: "metric"; readonly title: string; readonly metric: "f1" }
  /** Names are asked for, one for each label. */
  | { readonly kind: "name-labels"; readonly title: string };

/** A row that a line is about. */
export interface CheckedRow {
  /** Which file it is of, and where it stands there. */
  readonly file: DataRole;
  readonly row: number;
  readonly part: "training" | "validation" | "test";
  /** Cut to `ROW_CHARACTERS`. */
  readonly text: string;
  /** What is answered for it; empty where that cannot be shown in a word. */
  readonly given: string;
}

export interface CheckLine {
  readonly id: CheckId;
  /** Else it is worth a look. */
  readonly isGood: boolean;
  /** Sentences. Labels, columns and files are named, but nothing of a text is in them. */
  readonly said: string;
  readonly actions: readonly CheckAction[];
  /** Those that it is about, or the first of them; of equal texts one after the other. */
  readonly rows: readonly CheckedRow[];
  /** How many there are. */
  readonly rowCount: number;
}

export interface DataCheck {
  readonly lines: readonly CheckLine[];
}

/**
 * What is to be said before texts of the data are handed on: the line on personal data where some
 * was found, else null.
 */
export function personalDataIn<Line extends Pick<CheckLine, "id" | "isGood">>({
  lines,
}: {
  readonly lines: readonly Line[];
}): Line | null {
  return lines.find(({ id, isGood }) => id === "personal-data" && !isGood) ?? null;
}
