/**
 * The types data passes to the rest of the studio: roles of columns, settings, and the summary the page shows.
 * Types only; everything here survives structured cloning.
 */

export type TaskId =
  | "sequence-classification"
  | "multi-label-classification"
  | "regression"
  | "token-classification"
  | "causal-lm";
export type DataRole = "train" | "validation";

export interface SampleListing {
  id: string;
  title: string;
  description: string;
  task: TaskId;
  rows: number;
}

export interface ColumnRoles {
  text: string;
  textPair: string | null;
  label: string;
}

export interface DataSettings {
  /** What files can be read for so far. */
  task: Extract<TaskId, "sequence-classification">;
  columns: ColumnRoles;
  /** A fraction of the training file (stratified, seeded), used when no validation file is open. */
  validationFraction: number;
  /** Tokens; longer texts are cut and counted. */
  maxLength: number;
  seed: number;
}

export interface DataSummary {
  train: { file: string; rows: number; bytes: number };
  validation: { file: string; rows: number; bytes: number } | null;
  columns: string[];
  settings: DataSettings;
  /** The first rows of the training file as they stand. */
  preview: string[][];
  /** In class-id order (alphabetical). */
  labels: { name: string; train: number; validation: number }[];
  trainRows: number;
  validationRows: number;
  /** Lengths in tokens of the chosen text column(s): bucket upper bounds and counts. */
  lengths: { upTo: number; count: number }[];
  longest: number;
  truncated: number;
  /** Things worth knowing that do not stop anything: skipped empty rows, a repaired header, … Each names file, row or column. */
  notices: string[];
}
